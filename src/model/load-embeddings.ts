import { createHash } from "node:crypto";
import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { OpenAIEmbeddings } from "@langchain/openai";
import { PersonaAgentError } from "../errors.js";
import { describeModelError } from "./model-errors.js";
import { parseModelSpec } from "./model-spec.js";
import { OfflineEmbeddings } from "./offline/offline-embeddings.js";
import { openAiConnection, type OpenAiOptions } from "./openai-connection.js";

export interface LoadedEmbeddings {
  /**
   * The same in every process with the same setting; equal names mean comparable vectors of one length.
   * Letters, digits, `.`, `_` and `-` only, at most 76 of them.
   */
  readonly name: string;
  readonly embeddings: EmbeddingsInterface;
  /**
   * The length of every vector. Measured once, by embedding one word, because no table knows a local server's
   * models; a failure is not kept.
   */
  dimensions(): Promise<number>;
}

/**
 * The embeddings that a setting names: a setting of its own, because many servers that talk OpenAI's protocol
 * have no embeddings. Makes no request.
 *
 * Every method rejects with `model-key-refused`, `model-unavailable` or `model-output-invalid`.
 *
 * @param spec - `offline` or `openai:<name>`.
 * @throws {PersonaAgentError} `config-invalid` for another spec, a bad address, or without a key where one is needed.
 */
export function loadEmbeddings(spec: string, options: OpenAiOptions = {}): LoadedEmbeddings {
  const parsed = parseModelSpec(spec, "embeddings setting");
  if (parsed.kind === "offline") {
    const offline = new OfflineEmbeddings();
    return {
      name: `offline-${offline.version}`,
      embeddings: offline,
      dimensions: () => Promise.resolve(offline.dimensions),
    };
  }
  const client = new OpenAIEmbeddings({
    model: parsed.name,
    ...openAiConnection(options, `embeddings setting ${spec}`),
    // Not every server knows base64, which the client asks for unless told.
    encodingFormat: "float",
    batchSize: 64,
  });
  const embeddings = new CheckedEmbeddings(client);
  let measured: Promise<number> | undefined;
  return {
    name: nameOf(parsed.name),
    embeddings,
    dimensions() {
      measured ??= embeddings.embedQuery("dimension").then((vector) => vector.length);
      measured.catch(() => (measured = undefined));
      return measured;
    },
  };
}

/** Letters, digits, `.`, `_` and `-` only, as index names take; told apart by a hash where signs were replaced. */
function nameOf(model: string): string {
  const plain = model.replaceAll(/[^\w.-]/g, "-");
  if (plain === model && model.length <= 60) return `openai-${model}`;
  const hash = createHash("sha256").update(model).digest("hex").slice(0, 8);
  return `openai-${plain.slice(0, 60)}-${hash}`;
}

/** The most of one text that is embedded, in UTF-16 units: models take 8,000 tokens or less and refuse more. */
const embeddedLength = 8_000;

/** Texts cut to what models take, one clear line for each failure, and no vector that is none. */
class CheckedEmbeddings implements EmbeddingsInterface {
  readonly #inner: EmbeddingsInterface;

  constructor(inner: EmbeddingsInterface) {
    this.#inner = inner;
  }

  async embedQuery(text: string): Promise<number[]> {
    const [vector = []] = await this.#embed(1, async () => [
      await this.#inner.embedQuery(fitting(text)),
    ]);
    return vector;
  }

  async embedDocuments(texts: string[]): Promise<number[][]> {
    if (texts.length === 0) return [];
    return this.#embed(texts.length, () => this.#inner.embedDocuments(texts.map(fitting)));
  }

  async #embed(count: number, request: () => Promise<number[][]>): Promise<number[][]> {
    let vectors: number[][];
    try {
      vectors = await request();
    } catch (error) {
      throw describeModelError(error);
    }
    const length = vectors[0]?.length ?? 0;
    const isVector = (vector: unknown) =>
      Array.isArray(vector) && vector.length === length && vector.every(Number.isFinite);
    if (vectors.length === count && length > 0 && vectors.every(isVector)) return vectors;
    throw new PersonaAgentError(
      "model-output-invalid",
      "The embeddings' server gave no vector for a text, or vectors of different lengths; expected one each. Check the embeddings setting.",
    );
  }
}

/** Embedding models refuse an empty text, so a blank one is embedded as a full stop. */
function fitting(text: string): string {
  return text.trim() === "" ? "." : text.slice(0, embeddedLength).toWellFormed();
}
