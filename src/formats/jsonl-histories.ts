import { basename } from "node:path";
import { createUserFilter, type HistorySource, type ReadItem } from "./history-source.js";
import { type FileDefaults, readInteraction } from "./interaction-fields.js";
import { fileInvalid, readBytes } from "./read-file.js";
import { splitLines } from "./split-lines.js";

/**
 * Reads a JSONL file, plain or gzip: one object with `interactionFields` a line, of which `user` and `query` are needed; other
 * keys are ignored. A line that cannot be imported is yielded with its number and a reason; the lines after it are still read.
 */
export function openJsonl(path: string, defaults: FileDefaults = {}): HistorySource {
  return {
    format: "jsonl",
    async *read(options = {}) {
      const wanted = createUserFilter(options);
      let lines = 0;
      let imported = 0;
      let firstFault: Extract<ReadItem, { ok: false }> | null = null;
      for await (const line of splitLines(readBytes(path))) {
        lines += 1;
        const result = "fault" in line ? line.fault : parseLine(line.text, defaults);
        if (typeof result === "string") {
          const fault = { ok: false, line: line.number, reason: result } as const;
          firstFault ??= fault;
          yield fault;
          continue;
        }
        imported += 1;
        if (wanted(result.user)) yield { ok: true, ...result };
      }
      if (imported > 0) return;
      const name = basename(path);
      const expected =
        'expected JSONL, one {"user", "query", "answer", "at"} a line, or CSV (.csv), a JSON export of mem0 or Mastra, a LaMP folder';
      throw fileInvalid(
        firstFault === null
          ? `${name} is empty; ${expected}. Check the path.`
          : `${lines === 1 ? "The line" : `None of the ${lines} lines`} of ${name} can${lines === 1 ? "not" : ""} be imported (line ${firstFault.line}: ${firstFault.reason}); ${expected}. Correct the file.`,
      );
    },
  };
}

/** The interaction of a line with its user, or why it cannot be imported. */
export function parseLine(text: string, defaults: FileDefaults = {}) {
  try {
    return readInteraction(JSON.parse(text), defaults);
  } catch (error) {
    if (error instanceof SyntaxError) return "not valid JSON";
    throw error;
  }
}
