import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { LRUCache } from "lru-cache";
import { PersonaAgentError } from "../../system/errors.js";
import { keepPromise } from "../../system/keep-promise.js";

/** Texts to vectors, in their order; what was embedded lately is not asked for again. */
export interface CachedEmbedder {
  /** At most one request of `embedDocuments`; none when every text is known. */
  embed(texts: readonly string[]): Promise<(readonly number[])[]>;
  /** The vectors of texts that were all embedded lately; null, without a request, where one was not. */
  known(texts: readonly string[]): Promise<(readonly number[])[] | null>;
  /** How much nearness by vector counts beside a match by words, which counts 1. */
  readonly vectorWeight: number;
}

/** Embeddings may say what their vectors are worth beside words; 0 or more. */
interface WeightedEmbeddings extends EmbeddingsInterface {
  readonly vectorWeight?: number;
}

/** What a sentence encoder's vectors are worth. Measured; see docs/decisions/0015-retrieval.md. */
const encoderWeight = 0.5;

/** Enough for the turns in flight of a busy process; 1,536 dimensions make it some 6 MB. */
const kept = 500;

/**
 * A turn searches with the vector of its message and then writes it: one request serves both, and requests
 * for one text at one time are one. Only `embedDocuments` is used, because models with an encoding for queries
 * and another for documents would put the two into different spaces.
 */
export function createCachedEmbedder(embeddings: WeightedEmbeddings): CachedEmbedder {
  const vectors = new LRUCache<string, Promise<readonly number[]>>({ max: kept });
  return {
    vectorWeight: embeddings.vectorWeight ?? encoderWeight,
    async embed(texts) {
      const missing = [...new Set(texts)].filter((text) => !vectors.has(text));
      const answer = missing.length === 0 ? null : request(embeddings, missing);
      // Taken before the new ones are kept: they may push these out.
      const known = new Map(texts.map((text) => [text, vectors.get(text)] as const));
      for (const [place, text] of missing.entries()) {
        const vector = Promise.resolve(answer).then((all) => all?.[place] ?? []);
        known.set(text, keepPromise(vectors, text, vector));
      }
      return Promise.all(texts.map((text) => Promise.resolve(known.get(text) ?? [])));
    },
    async known(texts) {
      if (!texts.every((text) => vectors.has(text))) return null;
      return Promise.all(texts.map((text) => Promise.resolve(vectors.get(text) ?? []))).catch(
        () => null,
      );
    },
  };
}

async function request(embeddings: EmbeddingsInterface, texts: string[]): Promise<number[][]> {
  const vectors = await embeddings.embedDocuments(texts);
  const usable =
    vectors.length === texts.length &&
    vectors.every((vector) => vector.length > 0 && vector.every(Number.isFinite));
  if (usable) return vectors;
  throw new PersonaAgentError(
    "model-output-invalid",
    `The embeddings gave ${vectors.length} vectors for ${texts.length} texts, or some with no or broken numbers; expected one vector of numbers a text. Use another embedding model.`,
  );
}
