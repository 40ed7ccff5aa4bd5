import { decideAcceptance } from "../../../src/domain/alignment/acceptance.js";
import type { AlignmentRecord } from "../../../src/domain/alignment/alignment-record.js";

/** What one iteration of an alignment leaves, all of its fields filled. */
export function alignmentRecord(change: Partial<AlignmentRecord> = {}): AlignmentRecord {
  return {
    mode: "default",
    runId: "run-1",
    iteration: 1,
    candidate: 1,
    profileId: "0000000001-abc",
    scores: {
      batch: [{ episodeId: "e1", parent: 0.5, candidate: 1 }],
      holdout: [{ episodeId: "e2", parent: 1, candidate: 0 }],
    },
    critiques: [{ episodeId: "e1", text: "Rightly used: the summary" }],
    rejections: [
      { kind: "memorises", line: "The Long Goodbye is a classic.", reason: "It quotes." },
    ],
    decision: decideAcceptance({
      batch: [{ item: "e1", parent: [0.5], candidate: [1] }],
      holdout: [{ item: "e2", parent: [1], candidate: [0] }],
    }),
    review: { decision: "edit", author: "ines", at: "2026-01-01T00:00:00.000Z", note: null },
    models: { agent: "offline", alignment: "openai:some-model" },
    usage: { calls: 9, tokens: { in: 100, out: 20 } },
    seconds: 1.5,
    ...change,
  };
}
