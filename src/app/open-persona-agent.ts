import type { BaseCheckpointSaver, BaseStore } from "@langchain/langgraph-checkpoint";
import { createChromaIndex } from "../memory/chroma/chroma-index.js";
import type { EpisodeIndex } from "../memory/index/episode-index.js";
import { createInProcessIndex } from "../memory/index/in-process-index.js";
import { openPostgres } from "../memory/postgres/open-postgres.js";
import { loadChatModel } from "../model/load-chat-model.js";
import { type LoadedEmbeddings, loadEmbeddings } from "../model/load-embeddings.js";
import {
  createPersonaAgent,
  type PersonaAgent,
  type PersonaAgentOptions,
} from "./create-persona-agent.js";
import {
  type AgentEnvironment,
  type EmbeddedServices,
  openEmbeddedServices,
  type ReadSetting,
  settingsOf,
} from "./embedded-services.js";
import { PlatformStore } from "../graph/platform-store.js";
import { sendTraces } from "./flush-traces.js";
import { allSettled, CloseStack } from "../system/close-stack.js";

export interface OpenOptions extends Pick<
  PersonaAgentOptions,
  | "tools"
  | "simulationTools"
  | "allowedToolsFor"
  | "backgroundAlignment"
  | "requestAlignment"
  | "onMemoryError"
> {
  /** Where the embedded services keep their data; over `PERSONA_DATA_DIR`. */
  readonly dataDir?: string;
  /** What the user started; a second process on the same folder is told it. */
  readonly command?: string;
  /** False inside a LangGraph server, which keeps the threads itself. */
  readonly keepThreads?: boolean;
}

/** An agent with its services. */
export interface OpenAgent extends PersonaAgent {
  readonly info: {
    readonly model: string;
    readonly embeddings: string;
    readonly index: string;
    /** `null` when no embedded service keeps anything. */
    readonly dataDir: string | null;
  };
  /** Ends what was started, alignments in the background first. A second call does nothing. */
  close(): Promise<void>;
}

/**
 * The one place that builds real things: models, embeddings, store, checkpointer and index, each from its setting or
 * embedded. Whatever was opened is closed again when a later part fails.
 *
 * @throws {PersonaAgentError} `config-*`, `model-*` and `memory-*`, one line each.
 */
export async function openPersonaAgent(
  env: AgentEnvironment,
  options: OpenOptions = {},
): Promise<OpenAgent> {
  const read = settingsOf(env);
  const services = new CloseStack();
  try {
    const { modelName, model, alignmentModelName, alignmentModel, loadModel, vectors } =
      loadModels(env);
    const embedded = services.add(await openEmbeddedServices(env, options));
    const [storage, index] = await allSettled([
      openStorage(read, embedded, services),
      openIndex(read, embedded, vectors),
    ]);
    const { keepThreads = true, ...given } = options;
    const agent = createPersonaAgent({
      ...given,
      store: storage.store,
      ...(keepThreads && storage.checkpointer && { checkpointer: storage.checkpointer }),
      model,
      modelName,
      alignmentModel,
      alignmentModelName,
      resolveModel: loadModel,
      embeddings: vectors.embeddings,
      index,
      wikipedia: wikipediaOptions(read),
    });
    return {
      ...agent,
      info: {
        model: modelName,
        embeddings: vectors.name,
        index: index.kind,
        dataDir: embedded.dataDir,
      },
      async close() {
        await agent.close();
        await services.close();
        await sendTraces();
      },
    };
  } catch (error) {
    await services.close();
    throw error;
  }
}

/**
 * The models that the environment names. Makes no request.
 *
 * @throws {PersonaAgentError} `config-invalid` for a name, an address or a missing key.
 */
export function loadModels(env: AgentEnvironment) {
  const read = settingsOf(env);
  const openai = { openaiApiKey: read("OPENAI_API_KEY"), openaiBaseUrl: read("OPENAI_BASE_URL") };
  const loadModel = (name: string) => loadChatModel(name, openai);
  const modelName = read("MODEL") ?? "offline";
  const vectors = loadEmbeddings(read("EMBEDDINGS") ?? "offline", openai);
  const alignmentModelName = read("ALIGNMENT_MODEL") ?? modelName;
  return {
    modelName,
    model: loadModel(modelName),
    alignmentModelName,
    alignmentModel: loadModel(alignmentModelName),
    loadModel,
    vectors,
  };
}

interface Storage {
  readonly store: BaseStore;
  readonly checkpointer?: BaseCheckpointSaver;
}

async function openStorage(
  read: ReadSetting,
  { databaseUrl }: EmbeddedServices,
  services: CloseStack,
): Promise<Storage> {
  if (read("STORE") === "platform") return { store: new PlatformStore() };
  const url = databaseUrl ?? read("DATABASE_URL") ?? "";
  return services.add(await openPostgres({ url, embedded: databaseUrl !== undefined }));
}

async function openIndex(
  read: ReadSetting,
  { chromaUrl }: EmbeddedServices,
  vectors: LoadedEmbeddings,
): Promise<EpisodeIndex> {
  const embedding = { name: vectors.name, dimensions: await vectors.dimensions() };
  if (read("INDEX") === "in-process") return createInProcessIndex(embedding);
  if (chromaUrl !== undefined) return createChromaIndex({ url: chromaUrl, embedding });
  const url = read("CHROMA_URL") ?? "";
  return createChromaIndex({ url, token: read("CHROMA_TOKEN"), embedding });
}

function wikipediaOptions(read: ReadSetting) {
  const [language, baseUrl] = [read("WIKIPEDIA_LANGUAGE"), read("WIKIPEDIA_URL")];
  return { ...(language && { language }), ...(baseUrl && { baseUrl }) };
}
