import { isRecord, recordsOf, textIn, type JsonRecord } from "../json.js";

interface CallForm {
  /** What calls begin with; they go on to the text's end. */
  readonly opens: string;
  /** Matches one call each, with the groups `name` and `args`, or `calls` for JSON that holds them. */
  readonly call: RegExp;
}

const form = (opens: string, call: string): CallForm => ({ opens, call: new RegExp(call, "g") });
/** A mark that is often missing. */
const maybe = (mark: string) => `(?:${mark}|\\s*$)`;

/** How models write tool calls, where a server does not read them. Of two forms that begin alike, either may match. */
const callForms = [
  form("<tool_call>", `<tool_call>(?<calls>\\s*[{[][^]*?)${maybe("</tool_call>")}`),
  // Qwen's coders.
  form(
    "<tool_call>",
    `(?:<tool_call>\\s*)?<function=(?<name>[^>]+)>(?<args>[^]*?)</function>\\s*${maybe("</tool_call>")}`,
  ),
  // GLM.
  form("<tool_call>", `<tool_call>(?<name>[\\w.-]+)\\s*(?<args>[^]*?)</tool_call>`),
  // Llama 3.
  form("<function=", `<function=(?<name>[^>]+)>(?<args>[^]*?)${maybe("</function>")}`),
  form(
    "<|python_tag|>",
    `(?:<\\|python_tag\\|>|;)(?<calls>\\s*\\{[^]*?\\})(?=\\s*(?:;\\s*\\{|<\\||$))(?:<\\|e\\w+\\|>)?`,
  ),
  form("<function_call>", `<function_call>(?<calls>[^]*?)${maybe("</function_call>")}`),
  // Phi and Granite.
  form("<|tool_call|>", `<\\|tool_call\\|>(?<calls>[^]*?)${maybe("<\\|/tool_call\\|>")}`),
  // Mistral, before its eleventh tokenizer and since.
  form("[TOOL_CALLS]", `\\[TOOL_CALLS\\](?<calls>\\s*[{[][^]*?)(?=\\[TOOL_CALLS\\]|$)`),
  form(
    "[TOOL_CALLS]",
    `\\[TOOL_CALLS\\](?<name>[\\w.-]+)(?:\\[CALL_ID\\]\\w+)?\\[ARGS\\](?<args>[^]*?)(?=\\[TOOL_CALLS\\]|$)`,
  ),
  // DeepSeek.
  form(
    "<｜tool▁calls▁begin｜>",
    `(?:<｜tool▁calls▁begin｜>)?\\s*<｜tool▁call▁begin｜>(?:function<｜tool▁sep｜>)?(?<name>[\\w.-]+)(?:<｜tool▁sep｜>|\\s*\`\`\`json)(?<args>[^]*?)(?:\`\`\`)?\\s*<｜tool▁call▁end｜>(?:\\s*<｜tool▁calls▁end｜>)?`,
  ),
  // Kimi.
  form(
    "<|tool_calls_section_begin|>",
    `(?:<\\|tool_calls_section_begin\\|>)?\\s*<\\|tool_call_begin\\|>\\s*(?<name>[\\w.:-]+)\\s*<\\|tool_call_argument_begin\\|>(?<args>[^]*?)<\\|tool_call_end\\|>(?:\\s*<\\|tool_calls_section_end\\|>)?`,
  ),
  // The channels of gpt-oss.
  ...["<|start|>assistant<|channel|>commentary to=", "<|channel|>commentary to="].map((opens) =>
    form(
      opens,
      `(?:<\\|start\\|>assistant)?<\\|channel\\|>commentary to=(?<name>[\\w.-]+)[^<]*(?:<\\|constrain\\|>\\w+)?<\\|message\\|>(?<args>[^]*?)${maybe("<\\|call\\|>")}`,
    ),
  ),
];

/**
 * Takes tool calls off the end of an answer's text, which comes in pieces. They are calls only if all of them are to
 * tools that were offered; anything else is text, since somebody may have asked about the marks.
 */
export class WrittenCallReader {
  readonly #toolNames: readonly string[];
  /** What may be calls, from the first mark, or the beginning of one, on. */
  #held = "";

  /** @param toolNames - Those that the request offers; without any, all is text. */
  constructor(toolNames: readonly string[]) {
    this.#toolNames = toolNames;
  }

  /** What of the text so far is certainly text. */
  push(piece: string): string {
    if (this.#toolNames.length === 0) return piece;
    const text = this.#held + piece;
    const at = Math.min(...callForms.map(({ opens }) => markAt(text, opens)));
    this.#held = text.slice(at);
    return text.slice(0, at);
  }

  /** What is left when nothing more comes: calls, each with name and arguments, or text. */
  end(): { readonly text: string; readonly calls: JsonRecord[] } {
    const text = this.#held;
    this.#held = "";
    for (const { opens, call } of callForms) {
      if (!text.startsWith(opens)) continue;
      const calls = this.#callsIn(text, call);
      if (calls.length > 0) return { text: "", calls };
    }
    return { text, calls: [] };
  }

  /** None where anything between or after the calls is no call. */
  #callsIn(text: string, form: RegExp): JsonRecord[] {
    if (text.replaceAll(form, "").trim() !== "") return [];
    const written = [...text.matchAll(form)].flatMap(({ groups = {} }) => callsWritten(groups));
    const offered = written.filter(({ name }) => isOffered(textIn(name), this.#toolNames));
    return offered.length === written.length
      ? offered.map(({ name, arguments: args, parameters }) => ({
          function: { name, arguments: args ?? parameters ?? {} },
        }))
      : [];
  }
}

function isOffered(name: string, tools: readonly string[]): boolean {
  return tools.includes(offeredName(name, tools));
}

/** The tool that a model means: some put a space of names before it, or something of their own behind it. */
export function offeredName(name: string, tools: readonly string[]): string {
  if (tools.includes(name)) return name;
  const plain = name
    .trim()
    .replace(/<\|.*$/s, "")
    .replace(/:\d+$/, "");
  const last = plain.replace(/^.*[.:/]/, "");
  return [plain, last].find((each) => tools.includes(each)) ?? name;
}

/** Where the mark is, or what may be its beginning; else the text's length. */
function markAt(text: string, mark: string): number {
  const whole = text.indexOf(mark);
  if (whole >= 0) return whole;
  const longest = Math.min(mark.length - 1, text.length);
  const partial = Array.from({ length: longest }, (_, n) => longest - n).find((length) =>
    text.endsWith(mark.slice(0, length)),
  );
  return text.length - (partial ?? 0);
}

/** What cannot be read gives a call to no tool. */
function callsWritten({ name, args, calls }: Readonly<Record<string, string>>): JsonRecord[] {
  if (name !== undefined) {
    const read = argumentsIn(args ?? "");
    return [isRecord(read) ? { name: name.trim(), arguments: read } : {}];
  }
  const parsed = jsonIn(calls ?? "");
  const records = isRecord(parsed) ? [parsed] : recordsOf(parsed);
  return records.length === 0 ? [{}] : records;
}

/** JSON, or a mark around each name and value. */
function argumentsIn(text: string): unknown {
  const tags =
    /<parameter=([^>]+)>\n?([^]*?)\n?<\/parameter>|<arg_key>([^]*?)<\/arg_key>\s*<arg_value>([^]*?)<\/arg_value>/g;
  const tagged = [...text.matchAll(tags)].map(([, name, value, key, given]) => [
    (name ?? key ?? "").trim(),
    jsonIn(value ?? given ?? "") ?? value ?? given,
  ]);
  return tagged.length > 0 || text.trim() === "" ? Object.fromEntries(tagged) : jsonIn(text);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
