import { createUserFilter, type HistorySource } from "./history-source.js";
import { parseLine } from "./jsonl-histories.js";

/** Items that a program gives, each as a line of a JSONL file would be. `line` of one that is left out counts from 1. */
export function openItems(items: readonly Readonly<Record<string, unknown>>[]): HistorySource {
  return {
    format: "jsonl",
    async *read(options = {}) {
      const wanted = createUserFilter(options);
      for (const [place, item] of items.entries()) {
        const result = parseLine(JSON.stringify(item));
        if (typeof result === "string") yield { ok: false, line: place + 1, reason: result };
        else if (wanted(result.user)) yield { ok: true, ...result };
      }
    },
  };
}
