import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import type { LoadedEmbeddings } from "./load-embeddings.js";
import { describeModelError } from "./model-errors.js";

/**
 * Embeddings that a program made itself, as `loadEmbeddings` returns its own.
 *
 * @param name - As `LoadedEmbeddings.name`; `given` for embeddings whose index is given too.
 */
export function givenEmbeddings(embeddings: EmbeddingsInterface, name = "given"): LoadedEmbeddings {
  return {
    name,
    embeddings,
    async dimensions() {
      try {
        return (await embeddings.embedQuery("dimension")).length;
      } catch (error) {
        throw describeModelError(error);
      }
    },
  };
}
