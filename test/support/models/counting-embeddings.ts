import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { OfflineEmbeddings } from "../../../src/model/offline/offline-embeddings.js";

/** The offline embeddings, counting requests; fails while `isDown`. */
export class CountingEmbeddings implements EmbeddingsInterface {
  requests = 0;
  isDown = false;
  readonly #inner = new OfflineEmbeddings();
  readonly dimensions = this.#inner.dimensions;

  embedQuery(text: string): Promise<number[]> {
    this.#count();
    return this.#inner.embedQuery(text);
  }

  embedDocuments(texts: string[]): Promise<number[][]> {
    this.#count();
    return this.#inner.embedDocuments(texts);
  }

  #count() {
    this.requests += 1;
    if (this.isDown) throw new Error("The embeddings are down.");
  }
}
