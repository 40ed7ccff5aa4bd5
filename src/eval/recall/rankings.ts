import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import MiniSearch from "minisearch";
import { parseQuestion } from "../../domain/lamp-question.js";
import { embeddedText } from "../../memory/index/indexed-text.js";
import type { EpisodeIndex } from "../../memory/index/episode-index.js";
import { dot, toUnit } from "../../memory/index/unit-vector.js";
import { caseUser } from "../cases/case-user.js";
import { expectWholeMemory, openCaseMemory } from "../cases/case-memory.js";
import type { RecallCase } from "./recall-case.js";

/** What is measured: memory's own search, and beside it each half of it as it comes. */
export const recallMethods = ["memory", "bm25", "vectors"] as const;
export type RecallMethod = (typeof recallMethods)[number];

/** Ids of a history's episodes for a question, best first, at most `limit`. */
export type Ranking = (question: string, limit: number) => Promise<readonly string[]>;

export interface RankingDeps {
  readonly embeddings: EmbeddingsInterface;
  readonly index?: EpisodeIndex;
}

/** @throws {PersonaAgentError} `model-*` when the history cannot be embedded, `memory-*` when the index is away. */
export async function rankingsOf(
  { history }: RecallCase,
  deps: RankingDeps,
): Promise<Record<RecallMethod, Ranking>> {
  const { episodes } = await openCaseMemory({ history }, {}, deps);
  return {
    memory: async (question, limit) => {
      const { recalled, degraded } = await episodes.similar(caseUser, question, limit);
      expectWholeMemory(degraded);
      return recalled.map(({ episode }) => episode.id);
    },
    bm25: plainWords(history),
    vectors: await plainVectors(history, deps.embeddings),
  };
}

/** MiniSearch with no option set: BM25+, every word, no stems. */
function plainWords(history: RecallCase["history"]): Ranking {
  const search = new MiniSearch({ fields: ["text"] });
  search.addAll(
    history.map(({ id, query, response, groundTruth }) => ({
      id,
      text: [parseQuestion(query).subject, response ?? "", groundTruth ?? ""].join("\n"),
    })),
  );
  return async (question, limit) =>
    search
      .search(parseQuestion(question).subject)
      .slice(0, limit)
      .map(({ id }) => String(id));
}

async function plainVectors(
  history: RecallCase["history"],
  embeddings: EmbeddingsInterface,
): Promise<Ranking> {
  const texts = history.map(({ query }) => embeddedText(query));
  const vectors = (await embeddings.embedDocuments(texts)).map(toUnit);
  return async (question, limit) => {
    const [asked = []] = await embeddings.embedDocuments([embeddedText(question)]);
    const unit = toUnit(asked);
    return history
      .map(({ id }, place) => ({ id, nearness: dot(vectors[place] ?? [], unit) }))
      .toSorted((a, b) => b.nearness - a.nearness || (a.id < b.id ? 1 : -1))
      .slice(0, limit)
      .map(({ id }) => id);
  };
}
