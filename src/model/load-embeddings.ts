import { createHash } from "node:crypto";
import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { OpenAIEmbeddings } from "@langchain/openai";
import { PersonaAgentError } from "../system/errors.js";
import { type EmbeddingLimits, FittingEmbeddings } from "./fitting-embeddings.js";
import { describeModelError } from "./model-errors.js";
import { parseModelSpec } from "./model-spec.js";
import { OfflineEmbeddings } from "./offline/offline-embeddings.js";
import { openAiConnection, type OpenAiOptions } from "./server/openai-connection.js";

export interface EmbeddingsOptions extends OpenAiOptions {
  /** Most texts in one request; 64 unless given. Fewer are sent once the server refuses that many. */
  readonly inputs?: number | undefined;
  /** Most tokens (estimated) of one text; longer ones are embedded in parts. Found out if the server refuses a text. */
  readonly tokens?: number | undefined;
}

export interface LoadedEmbeddings {
  /**
   * The same in every process with the same setting; equal names mean comparable vectors of one length.
   * Letters, digits, `.`, `_` and `-` only, at most 76 of them.
   */
  readonly name: string;
  readonly embeddings: EmbeddingsInterface;
  /** The length of every vector, measured by embedding one word: no table lists a local server's models. */
  dimensions(): Promise<number>;
}

/**
 * The embeddings that a setting names. Makes no request. They have their own setting, because many servers that speak
 * OpenAI's protocol have no embeddings.
 *
 * Every method rejects with `model-key-refused`, `model-unavailable` or `model-output-invalid`.
 *
 * @param spec - `offline` or `openai:<name>`.
 * @throws {PersonaAgentError} `config-invalid` for another spec, a bad address, or without a key where one is needed.
 */
export function loadEmbeddings(spec: string, options: EmbeddingsOptions = {}): LoadedEmbeddings {
  const model = parseModelSpec(spec, "embeddings setting");
  if (model === null) {
    const offline = new OfflineEmbeddings();
    return {
      name: `offline-${offline.version}`,
      embeddings: offline,
      dimensions: () => Promise.resolve(offline.dimensions),
    };
  }
  const { inputs = 64, tokens = Infinity, ...connection } = options;
  const client = new OpenAIEmbeddings({
    model,
    ...openAiConnection(connection, `embeddings setting ${spec}`),
    // The client's default is base64, which not every server supports.
    encodingFormat: "float",
    // A request each: what a server takes at once is found out below.
    batchSize: Infinity,
  });
  const length = Math.min(embeddedLength, tokens * lettersPerToken);
  const embeddings = checkedEmbeddings(client, { inputs, length });
  let measured: Promise<number> | undefined;
  return {
    name: nameOf(model),
    embeddings,
    dimensions() {
      measured ??= embeddings.embedQuery("dimension").then((vector) => vector.length);
      // A failure is not remembered.
      measured.catch(() => (measured = undefined));
      return measured;
    },
  };
}

/** Only the characters that index names allow; a hash distinguishes names in which others were replaced. */
function nameOf(model: string): string {
  const plain = model.replaceAll(/[^\w.-]/g, "-");
  if (plain === model && model.length <= 60) return `openai-${model}`;
  const hash = createHash("sha256").update(model).digest("hex").slice(0, 8);
  return `openai-${plain.slice(0, 60)}-${hash}`;
}

/** Most of one text that is embedded, in UTF-16 units: models reject more than about 8,000 tokens. */
const embeddedLength = 8_000;

/** Fewer than in most texts, so that a limit in tokens holds. */
const lettersPerToken = 3;

/** Keeps texts within what the server takes, explains each failure in one line, and checks the vectors. */
function checkedEmbeddings(
  client: EmbeddingsInterface,
  limits: EmbeddingLimits,
): EmbeddingsInterface {
  const fitted = new FittingEmbeddings(
    async (texts) => checked(texts.length, client.embedDocuments([...texts])),
    limits,
  );
  return {
    embedQuery: async (text) => (await fitted.embed([fitting(text)]))[0] ?? [],
    embedDocuments: async (texts) => fitted.embed(texts.map(fitting)),
  };
}

async function checked(count: number, request: Promise<number[][]>): Promise<number[][]> {
  const vectors = await request.catch((error: unknown) => {
    throw describeModelError(error);
  });
  const length = vectors[0]?.length ?? 0;
  const isVector = (vector: unknown) =>
    Array.isArray(vector) && vector.length === length && vector.every(Number.isFinite);
  if (vectors.length === count && length > 0 && vectors.every(isVector)) return vectors;
  throw new PersonaAgentError(
    "model-output-invalid",
    "The embeddings' server gave no vector for a text, or vectors of different lengths; expected one each. Check the embeddings setting.",
  );
}

/** Embedding models reject an empty text, so a blank one is embedded as a full stop. */
function fitting(text: string): string {
  return text.trim() === "" ? "." : text.slice(0, embeddedLength).toWellFormed();
}
