import { randomUUID } from "node:crypto";
import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import type { Episode } from "../../domain/episode.js";
import { userKey } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../system/errors.js";
import { keepPromise } from "../../system/keep-promise.js";
import { createMemory, type Memory } from "../../memory/memory.js";
import { createInProcessIndex } from "../../memory/index/in-process-index.js";
import type { EpisodeIndex } from "../../memory/index/episode-index.js";
import { describeModelError } from "../../model/model-errors.js";
import type { ArmSettings, MethodDeps } from "../method.js";
import type { EvalCase } from "../eval-case.js";
import { caseHistory } from "./case-history.js";
import { caseUser } from "./case-user.js";

/** A case's history, in memory and searchable. All methods share it and only read. */
export interface CaseMemory {
  /** Oldest first. */
  readonly history: readonly Episode[];
  readonly episodes: Memory["episodes"];
  /** The present of the case. */
  readonly now: () => Date;
}

/** The present of a history without dates: fixed, so that prompts are the same on every day. */
const undatedPresent = "2024-01-01T00:00:00.000Z";

/** A fixed clock, a second after the last interaction. */
export function presentAfter(history: readonly Episode[]): () => Date {
  const latest = history.findLast(({ at }) => at !== null)?.at ?? null;
  const present = latest === null ? Date.parse(undatedPresent) : Date.parse(latest) + 1_000;
  return () => new Date(present);
}

type CaseInteractions = Pick<EvalCase, "history" | "unrelated">;

type CaseMemories = WeakMap<CaseInteractions, Map<string, Promise<CaseMemory>>>;

/** All methods share one memory of a case, because embedding its history is most of the work. */
const memories = new WeakMap<EmbeddingsInterface, CaseMemories>();

/**
 * The memory that a case's questions are asked with, in a store of its own in this process.
 *
 * @throws {PersonaAgentError} `model-*` when the history cannot be embedded, `memory-*` when the index cannot be reached.
 */
export function openCaseMemory(
  evalCase: CaseInteractions,
  settings: ArmSettings,
  { embeddings, index }: Pick<MethodDeps, "embeddings" | "index">,
): Promise<CaseMemory> {
  const cases: CaseMemories = memories.get(embeddings) ?? new WeakMap();
  memories.set(embeddings, cases);
  const bySettings = cases.get(evalCase) ?? new Map<string, Promise<CaseMemory>>();
  cases.set(evalCase, bySettings);
  const key = JSON.stringify([settings.historyLimit, settings.distance]);
  const opened = bySettings.get(key);
  if (opened !== undefined) return opened;
  const place = index && placeInIndex(index);
  return keepPromise(bySettings, key, fill(caseHistory(evalCase, settings), embeddings, place));
}

async function fill(
  history: readonly Episode[],
  embeddings: EmbeddingsInterface,
  place: EpisodeIndex | undefined,
): Promise<CaseMemory> {
  const now = presentAfter(history);
  let failure: unknown;
  const { episodes } = createMemory({
    store: new InMemoryStore(),
    index:
      place ?? createInProcessIndex({ name: "evaluation", dimensions: await sizeOf(embeddings) }),
    embeddings,
    now,
    onIndexError: (error) => (failure ??= error),
  });
  const { degraded } = await episodes.addMany(caseUser, history);
  if (degraded.length > 0) throw describeModelError(failure);
  return { history, episodes, now };
}

const sizes = new WeakMap<EmbeddingsInterface, Promise<number>>();

/** The length of a vector, which the index is made for. One request for each embedding model. */
function sizeOf(embeddings: EmbeddingsInterface): Promise<number> {
  return sizes.get(embeddings) ?? keepPromise(sizes, embeddings, measureSize(embeddings));
}

async function measureSize(embeddings: EmbeddingsInterface): Promise<number> {
  try {
    const [vector = []] = await embeddings.embedDocuments(["size"]);
    return vector.length;
  } catch (error) {
    throw describeModelError(error);
  }
}

/** A turn answers with what memory can still give, but an answer without it would not be the method's. */
export function expectWholeMemory(degraded: readonly string[]): void {
  const [reason] = degraded;
  if (reason === undefined) return;
  const isEmbedding = reason === "embeddings-unavailable";
  throw new PersonaAgentError(
    isEmbedding ? "model-unavailable" : "memory-index-unavailable",
    `A question was answered with only a part of memory (${reason}); expected all of it. Run the evaluation again with \`--resume\`: it asks the question again.`,
  );
}

/** Gives a case a user of its own in the shared index: entries of two memories must not mix. */
function placeInIndex(index: EpisodeIndex): EpisodeIndex {
  const owner = userKey(`evaluation-${randomUUID()}`);
  return {
    kind: index.kind,
    identity: () => index.identity(owner),
    upsert: (_user, entries) => index.upsert(owner, entries),
    vectorSearch: (_user, ...search) => index.vectorSearch(owner, ...search),
    keywordSearch: (_user, ...search) => index.keywordSearch(owner, ...search),
    remove: (_user, ids) => index.remove(owner, ids),
    clear: () => index.clear(owner),
  };
}
