import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { countWords } from "../../domain/text/split-words.js";
import { isStopWord, offlineWords } from "./offline-words.js";

const dimensions = 384;
/** A word's share against the pieces it is made of: pieces find `cooking` from `cooked`, words keep it exact. */
const pieceWeight = 0.8;
const stopWordWeight = 0.05;

/**
 * Embeddings without a model: words and their pieces of three and four letters, hashed with a fixed seed into
 * signed places, normalised. Texts that share words are near; that two different words mean the same is
 * not known. Vectors are stored, so they and the tokenizer beneath them are a contract: the same text gives the
 * same vector on every machine and in every release, or `version` changes.
 */
export class OfflineEmbeddings implements EmbeddingsInterface {
  readonly version = "v1";
  readonly dimensions = dimensions;
  /** Beside words, which these vectors know little more than. Measured; see docs/decisions/0015-retrieval.md. */
  readonly vectorWeight = 0.2;

  async embedQuery(text: string): Promise<number[]> {
    return embedOffline(text);
  }

  async embedDocuments(texts: string[]): Promise<number[][]> {
    return texts.map(embedOffline);
  }
}

/** @returns 384 numbers of length 1 together; never all zero, whatever the text. */
export function embedOffline(text: string): number[] {
  const vector = Array.from<number>({ length: dimensions }).fill(0);
  for (const [feature, weight] of features(text)) {
    const hash = hashOf(feature);
    const place = hash % dimensions;
    vector[place] = (vector[place] ?? 0) + ((hash >>> 16) & 1 ? weight : -weight);
  }
  const length = Math.hypot(...vector);
  // A text without a word gets a direction of its own: an index cannot hold a vector without one.
  if (length === 0) return vector.map((_value, place) => (place === 0 ? 1 : 0));
  return vector.map((value) => value / length);
}

/** Cosine of two vectors of length 1: 1 for the same direction, about 0 for texts without a common word. */
export function similarity(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, place) => sum + value * (b[place] ?? 0), 0);
}

function features(text: string): Map<string, number> {
  const weights = new Map<string, number>();
  const add = (feature: string, weight: number) =>
    weights.set(feature, (weights.get(feature) ?? 0) + weight);
  for (const [word, count] of countWords(offlineWords(text))) {
    const weight = (1 + Math.log(count)) * (isStopWord(word) ? stopWordWeight : 1);
    add(word, weight);
    const framed = `^${word}$`;
    const pieces = [3, 4].flatMap((size) =>
      Array.from({ length: Math.max(0, framed.length - size + 1) }, (_, start) =>
        framed.slice(start, start + size),
      ),
    );
    // Together the pieces of a word weigh the same, however long it is.
    for (const piece of pieces) add(`#${piece}`, (weight * pieceWeight) / Math.sqrt(pieces.length));
  }
  return weights;
}

/** FNV-1a over UTF-16 units, with a final mix because places are taken from the low bits. */
function hashOf(feature: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < feature.length; index++)
    hash = Math.imul(hash ^ feature.charCodeAt(index), 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (hash ^ (hash >>> 12)) >>> 0;
}
