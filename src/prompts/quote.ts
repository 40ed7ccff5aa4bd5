import { plainText } from "../domain/text/plain-text.js";

/** Every tag that encloses stored text in our prompts. Text inside `quote` cannot open or close one. */
export const promptTags = [
  "instructions",
  "user_summary",
  "learned_preferences",
  "past_interactions",
  "interaction",
  "question",
  "written_by_others",
  "response",
  "rejected_response",
  "rejection_reason",
  "ground_truth",
  "history",
  "item",
  "answer_counts",
  "current_statements",
  "search_results",
  "simulated_answer",
  "earlier_turns",
  "next_message",
  "tool_calls",
  "fixed_rules",
  "current_lines",
  "critiques",
  "critique",
  "rejected_updates",
  "rejected_update",
  "system_prompt",
  "feedback",
  "reply_given",
  "reply_a",
  "reply_b",
] as const;
export type PromptTag = (typeof promptTags)[number];

/** Also with the signs of other widths, which some models read as the usual one. */
const ourTag = new RegExp(`[<＜﹤](?=\\s*[/／]?\\s*(?:${promptTags.join("|")})\\b)`, "gi");

/**
 * Puts stored text between tags that it cannot close: if the text holds one of our tags, its `<` becomes `‹`. Nothing
 * else is escaped, because a model would copy the escapes into its answers, and so into memory. Characters that nobody sees are
 * left out (`plainText`).
 */
export function quote(tag: PromptTag, text: string): string {
  return `<${tag}>${unquoted(text)}</${tag}>`;
}

/**
 * The same, with the text on its own lines. `inner` is already quoted. Attributes are made fit: without marks that would
 * end them. One that is `null` is left out.
 */
export function quoteBlock(
  tag: PromptTag,
  inner: string,
  attributes: Readonly<Record<string, string | number | null>> = {},
): string {
  const present = Object.entries(attributes).filter(([, value]) => value !== null);
  const head = [tag, ...present.map(([name, value]) => `${name}="${attribute(value)}"`)].join(" ");
  return `<${head}>\n${inner}\n</${tag}>`;
}

/** The parts that are not empty, each on its own line. */
export function joinParts(parts: readonly string[], separator = "\n"): string {
  return parts.filter((part) => part !== "").join(separator);
}

/** `text` with each of our tags disarmed, for text inside a block that has no tag of its own. */
export function unquoted(text: string): string {
  return plainText(text).replaceAll(ourTag, "‹");
}

function attribute(value: string | number | null): string {
  return unquoted(String(value))
    .replaceAll('"', "'")
    .replaceAll(/[\r\n>]+/g, " ");
}
