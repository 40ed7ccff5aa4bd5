import { isRecord, recordsOf, textIn, type JsonRecord } from "../json.js";

/** Between which marks models write tool calls, where a server does not read them: Qwen and Hermes, and Mistral. */
const callMarks = [
  ["<tool_call>", "</tool_call>"],
  ["[TOOL_CALLS]", ""],
] as const;

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
    const at = Math.min(...callMarks.map(([open]) => markAt(text, open)));
    this.#held = text.slice(at);
    return text.slice(0, at);
  }

  /** What is left when nothing more comes: calls, each with name and arguments, or text. */
  end(): { readonly text: string; readonly calls: JsonRecord[] } {
    const text = this.#held;
    this.#held = "";
    const mark = callMarks.find(([open]) => text.startsWith(open));
    const written = mark === undefined ? [] : callsWritten(text, mark);
    const calls = written.flatMap((call) => this.#callOf(call));
    return calls.length > 0 && calls.length === written.length
      ? { text: "", calls }
      : { text, calls: [] };
  }

  #callOf({ name, arguments: args, parameters }: JsonRecord): JsonRecord[] {
    if (!this.#toolNames.includes(textIn(name))) return [];
    return [{ function: { name, arguments: args ?? parameters ?? {} } }];
  }
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

/** None where anything between or after the marks is no call. */
function callsWritten(text: string, [open, close]: (typeof callMarks)[number]): JsonRecord[] {
  const parts = text.split(open).slice(1);
  const calls: JsonRecord[] = [];
  for (const part of parts) {
    const body = part.trim();
    // The last end mark is often missing.
    const inner = close !== "" && body.endsWith(close) ? body.slice(0, -close.length) : body;
    let parsed: unknown;
    try {
      parsed = JSON.parse(inner);
    } catch {
      return [];
    }
    calls.push(...(isRecord(parsed) ? [parsed] : recordsOf(parsed)));
  }
  return calls;
}
