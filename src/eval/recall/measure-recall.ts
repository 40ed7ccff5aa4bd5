import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import type { RecallMeasure, RecallSet } from "./recall-case.js";
import { rankingsOf, recallMethods, type RankingDeps, type RecallMethod } from "./rankings.js";
import { meanRecall, recallDepths, scoreRanking, type RecallScores } from "./recall-scores.js";

/** Scores of one method on the questions of one kind. */
export interface KindScores extends RecallScores {
  readonly method: RecallMethod;
  /** `null`: all kinds together. */
  readonly kind: string | null;
  readonly questions: number;
}

export interface RecallResult {
  readonly set: string;
  readonly measure: RecallMeasure;
  readonly histories: number;
  readonly episodes: number;
  /** Questions with something to find. */
  readonly questions: number;
  /** All kinds together first; empty for a set without such questions. */
  readonly scores: readonly KindScores[];
  /** Of memory's searches; `null` where there were none. */
  readonly search: {
    /** Milliseconds, the question's embedding included. */
    readonly p50Ms: number;
    readonly p95Ms: number;
    /** Embedding requests a search, on average. */
    readonly embeddingRequests: number;
  } | null;
}

/**
 * Searches for every question of a set with every method, for as many as the largest depth, and scores what comes back.
 * No model is called; embeddings are asked for once for each history and method, and once for each search.
 *
 * @throws {unknown} The signal's reason once it is aborted.
 */
export async function measureRecall(
  set: RecallSet,
  deps: RankingDeps,
  signal?: AbortSignal,
): Promise<RecallResult> {
  const limit = Math.max(...recallDepths);
  const asked: { method: RecallMethod; kind: string; scores: RecallScores }[] = [];
  const times: number[] = [];
  let [histories, episodes, requests] = [0, 0, 0];
  const embeddings = counting(deps.embeddings, () => (requests += 1));
  let embeddingRequests = 0;
  for await (const given of set.read()) {
    signal?.throwIfAborted();
    histories += 1;
    episodes += given.history.length;
    if (given.questions.length === 0) continue;
    const rankings = await rankingsOf(given, { ...deps, embeddings });
    for (const { text, kind, relevant } of given.questions)
      for (const method of recallMethods) {
        const [startMs, before] = [performance.now(), requests];
        const ranking = await rankings[method](text, limit);
        if (method === "memory") {
          times.push(performance.now() - startMs);
          embeddingRequests += requests - before;
        }
        asked.push({ method, kind, scores: scoreRanking(ranking, relevant, set.measure) });
      }
  }
  const kinds = [...new Set(asked.map(({ kind }) => kind))].toSorted();
  return {
    set: set.name,
    measure: set.measure,
    histories,
    episodes,
    questions: times.length,
    scores: [null, ...(kinds.length > 1 ? kinds : [])].flatMap((kind) =>
      recallMethods.flatMap((method) => {
        const some = asked.filter(
          (each) => each.method === method && (kind === null || each.kind === kind),
        );
        if (some.length === 0) return [];
        const scores = meanRecall(some.map((each) => each.scores));
        return [{ method, kind, questions: some.length, ...scores }];
      }),
    ),
    search:
      times.length === 0
        ? null
        : {
            p50Ms: quantile(times, 0.5),
            p95Ms: quantile(times, 0.95),
            embeddingRequests: embeddingRequests / times.length,
          },
  };
}

function counting(embeddings: EmbeddingsInterface, count: () => void): EmbeddingsInterface {
  return {
    // What else they say of themselves stays.
    ...embeddings,
    embedQuery(text) {
      count();
      return embeddings.embedQuery(text);
    },
    embedDocuments(texts) {
      count();
      return embeddings.embedDocuments(texts);
    },
  };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
