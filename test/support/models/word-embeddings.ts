import { createHash } from "node:crypto";
import type { EmbeddingsInterface } from "@langchain/core/embeddings";

const dimensions = 64;

/** Texts that share words are near. Counts requests and can be switched off. */
export class WordEmbeddings implements EmbeddingsInterface {
  isAvailable = true;
  /** The texts of each request. */
  readonly requests: string[][] = [];

  async embedDocuments(texts: string[]): Promise<number[][]> {
    this.requests.push(texts);
    if (!this.isAvailable) throw new Error("no embeddings today");
    return texts.map(embed);
  }

  async embedQuery(text: string): Promise<number[]> {
    return (await this.embedDocuments([text]))[0] ?? [];
  }
}

function embed(text: string): number[] {
  const vector = Array.from({ length: dimensions }, () => 0);
  for (const word of text.toLowerCase().split(/\W+/).filter(Boolean)) {
    const place = createHash("sha256").update(word).digest().readUInt16BE() % dimensions;
    vector[place] = (vector[place] ?? 0) + 1;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
