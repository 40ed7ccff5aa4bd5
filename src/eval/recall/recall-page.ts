import { heading, note, table, text, type Block } from "../report/rendering/blocks.js";
import { score, whole } from "../report/rendering/format.js";
import type { Page } from "../report/rendering/blocks.js";
import type { KindScores, RecallResult } from "./measure-recall.js";
import type { RecallMethod } from "./rankings.js";
import { recallDepths } from "./recall-scores.js";

export const recallMethodTitles: Readonly<Record<RecallMethod, string>> = {
  memory: "memory's search",
  bm25: "BM25 alone",
  vectors: "vectors alone",
};

/** What `eval-recall` measured, as a page. */
export function recallPage(results: readonly RecallResult[], embeddings: string): Page {
  return {
    title: "persona-agent: what memory recalls",
    subtitle: `${results.length} ${results.length === 1 ? "set" : "sets"}, embeddings ${embeddings}, no model call`,
    blocks: [
      text(
        "Recall and NDCG of the first 4, 8, 16 and 32 episodes. BM25 alone is MiniSearch with no option set; vectors alone is the exact order by cosine.",
      ),
      ...results.flatMap(sectionOf),
    ],
  };
}

function sectionOf(result: RecallResult): Block[] {
  const { set, measure, search, scores } = result;
  if (search === null)
    return [heading(2, set), note("No question of this set has something to find in its history.")];
  const rows = scores.map((each) => [
    each.kind ?? "all questions",
    whole(each.questions),
    recallMethodTitles[each.method],
    ...recallDepths.map((depth) => cellOf(each, scores, (one) => one.recall[depth])),
    ...recallDepths.map((depth) => cellOf(each, scores, (one) => one.ndcg[depth])),
  ]);
  const columns = [
    "Questions",
    "#Count",
    "Search",
    ...recallDepths.map((depth) => `#Recall at ${depth}`),
    ...recallDepths.map((depth) => `#NDCG at ${depth}`),
  ];
  return [
    heading(2, set),
    text(
      `${whole(result.histories)} histories with ${whole(result.episodes)} episodes; ${whole(result.questions)} questions. ${meanings[measure]}`,
    ),
    table(`Recall on ${set}`, columns, rows),
    note(
      `Memory's searches took ${search.p50Ms.toFixed(1)} ms (median) and ${search.p95Ms.toFixed(1)} ms (95th percentile), with ${search.embeddingRequests.toFixed(2)} embedding requests each.`,
    ),
  ];
}

const meanings = {
  evidence: "Recall is the share of the episodes that hold a question's evidence.",
  label:
    "Recall is the share of questions for which an episode with the true answer's label is recalled.",
} as const;

/** The best of a kind's methods is marked. */
function cellOf(
  each: KindScores,
  all: readonly KindScores[],
  valueOf: (scores: KindScores) => number,
) {
  const rivals = all.filter(({ kind }) => kind === each.kind).map(valueOf);
  const value = valueOf(each);
  return value === Math.max(...rivals)
    ? { text: score(value), mark: "best" as const }
    : { text: score(value) };
}
