import type { AlignmentRecord } from "../../../src/domain/alignment/alignment-record.js";
import type { Episode } from "../../../src/domain/episode.js";
import { lampQuestion } from "../../../src/domain/lamp-question.js";
import { noUsage } from "../../../src/domain/usage.js";
import { turnAt } from "./episodes.js";

/** A question with a few allowed answers, so that a response is right or wrong. */
const tagQuestion = (n: number) => lampQuestion("LaMP_2M", `Movie number ${n}`);

/** A turn of the nth minute, answered by a version, whose true answer came later from its user: right or wrong. */
export function taggedTurn(
  n: number,
  personaVersion: number,
  isRight: boolean,
  user = "ada",
): Episode {
  return {
    ...untaggedTurn(n, personaVersion, isRight ? "comedy" : "action"),
    groundTruth: "comedy",
    feedback: {
      kind: "answer",
      author: user,
      at: "2026-01-01T00:00:00.000Z",
      reason: null,
      inferred: null,
    },
  };
}

export function untaggedTurn(n: number, personaVersion: number | null, response: string): Episode {
  return turnAt(n, tagQuestion(n), { response, personaVersion });
}

/** What an alignment measured of the parent on these episodes: 1 where it was right. */
export function recordOf(
  scores: readonly { readonly episodeId: string; readonly parent: number }[],
): AlignmentRecord {
  return {
    mode: "default",
    profileId: null,
    decision: null,
    runId: "run",
    iteration: 1,
    candidate: 1,
    scores: { batch: [], holdout: scores.map((score) => ({ ...score, candidate: 1 })) },
    critiques: [],
    rejections: [],
    review: null,
    models: { agent: "offline", alignment: "offline" },
    usage: noUsage,
    seconds: 1,
  };
}
