import { PersonaAgentError } from "../system/errors.js";

export interface EmbeddingLimits {
  /** Most texts in one request, to begin with. */
  readonly inputs: number;
  /** Most UTF-16 units of one text, to begin with. */
  readonly length: number;
}

type Embed = (texts: readonly string[]) => Promise<number[][]>;

/** No server's limit is below this, in UTF-16 units: a text of this length that is refused is not too long. */
const leastLength = 64;

/**
 * Embeds texts within the limits of a server, which are found out by halving what it refuses, and remembered. A text
 * that is too long is embedded in parts; its vector is the mean of their unit vectors.
 */
export class FittingEmbeddings {
  readonly #embed: Embed;
  #inputs: number;
  #length: number;

  /** @param embed - One request; rejects with what `describeModelError` gives. */
  constructor(embed: Embed, { inputs, length }: EmbeddingLimits) {
    this.#embed = embed;
    this.#inputs = inputs;
    this.#length = length;
  }

  /** One vector for each text, in order. */
  async embed(texts: readonly string[]): Promise<number[][]> {
    const parts = texts.map((text) => partsOf(text, this.#length));
    const vectors = await this.#embedAll(parts.flat());
    return parts.map((own) => meanOf(vectors.splice(0, own.length)));
  }

  async #embedAll(texts: readonly string[]): Promise<number[][]> {
    const vectors: number[][] = [];
    while (vectors.length < texts.length) {
      const batch = texts.slice(vectors.length, vectors.length + this.#inputs);
      vectors.push(...(await this.#embedBatch(batch)));
    }
    return vectors;
  }

  async #embedBatch(texts: readonly string[]): Promise<number[][]> {
    try {
      return await this.#embed(texts);
    } catch (error) {
      if (!isTooMuch(error)) throw error;
      const [only = ""] = texts;
      if (texts.length === 1) return [await this.#embedLong(only, error)];
    }
    const half = Math.ceil(texts.length / 2);
    const lengthBefore = this.#length;
    const vectors = await this.#embedBatch(texts.slice(0, half));
    vectors.push(...(await this.#embedBatch(texts.slice(half))));
    // Otherwise a long text was the reason.
    if (this.#length === lengthBefore) this.#inputs = Math.min(this.#inputs, half);
    return vectors;
  }

  async #embedLong(text: string, refusal: unknown): Promise<number[]> {
    if (text.length <= leastLength) throw refusal;
    const lengthBefore = this.#length;
    this.#length = Math.min(lengthBefore, Math.ceil(text.length / 2));
    try {
      return meanOf(await this.#embedAll(partsOf(text, this.#length)));
    } catch (error) {
      this.#length = lengthBefore;
      throw error;
    }
  }
}

/** A refusal that may be one of a size. Some servers fail with 500 for a text that is too long. */
function isTooMuch(error: unknown): boolean {
  if (!PersonaAgentError.is(error, "model-unavailable")) return false;
  const status = Number(error.details["status"]);
  if ([400, 413, 422].includes(status)) return true;
  return status >= 500 && /too (large|long|many)|exceed|maximum|context/i.test(error.message);
}

/** Pieces of at most this length, cut between words where there are any. */
function partsOf(text: string, length: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > length) {
    const space = rest.lastIndexOf(" ", length);
    const cut = space > length / 2 ? space : length;
    parts.push(rest.slice(0, cut).toWellFormed());
    rest = rest.slice(cut).trimStart();
  }
  return rest === "" ? parts : [...parts, rest.toWellFormed()];
}

function meanOf(vectors: readonly number[][]): number[] {
  const [first = []] = vectors;
  if (vectors.length <= 1) return first;
  const units = vectors.map(unit);
  return unit(first.map((_, at) => units.reduce((sum, vector) => sum + (vector[at] ?? 0), 0)));
}

function unit(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
