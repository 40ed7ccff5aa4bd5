/** Every tag that our prompts use to mark off stored text. Text put in by `quote` can open or close none of them. */
export const promptTags = [
  "user_summary",
  "learned_preferences",
  "past_interactions",
  "interaction",
  "question",
  "response",
  "ground_truth",
  "history",
  "item",
  "answer_counts",
  "current_statements",
  "search_results",
  "simulated_answer",
  "tool_calls",
  "fixed_rules",
  "current_lines",
  "critiques",
  "critique",
  "rejected_updates",
  "rejected_update",
  "system_prompt",
  "feedback",
] as const;
export type PromptTag = (typeof promptTags)[number];

const ourTag = new RegExp(`<(?=\\s*/?\\s*(?:${promptTags.join("|")})\\b)`, "gi");

/**
 * Puts stored text between tags that it cannot close: where the text itself holds one of our tags, that
 * tag's `<` becomes `‹`. Nothing else is escaped, because a model would copy the escapes into its answers
 * and so into memory.
 */
export function quote(tag: PromptTag, text: string): string {
  return `<${tag}>${unquoted(text)}</${tag}>`;
}

/** The same, with the text on lines of its own: for blocks. `inner` is prompt text that is already quoted. */
export function quoteBlock(tag: PromptTag, inner: string): string {
  return `<${tag}>\n${inner}\n</${tag}>`;
}

/** `text` with every tag of ours taken out of action; for text that goes into a block without a tag of its own. */
export function unquoted(text: string): string {
  return text.replaceAll(ourTag, "‹");
}
