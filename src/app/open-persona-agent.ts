import { awaitAllCallbacks } from "@langchain/core/callbacks/promises";
import type { BaseCheckpointSaver, BaseStore } from "@langchain/langgraph-checkpoint";
import { createChromaIndex } from "../memory/chroma/chroma-index.js";
import type { EpisodeIndex } from "../memory/index/episode-index.js";
import { createInProcessIndex } from "../memory/index/in-process-index.js";
import { openPostgres } from "../memory/postgres/open-postgres.js";
import type { LoadedEmbeddings } from "../model/load-embeddings.js";
import { createPersonaAgent } from "./create-persona-agent.js";
import { loadModels } from "./model-environment.js";
import type { PersonaAgent, PersonaAgentOptions } from "./persona-agent.js";
import {
  type AgentEnvironment,
  type EmbeddedOptions,
  type EmbeddedServices,
  openEmbeddedServices,
  type ReadSetting,
  settingsOf,
} from "./embedded-services.js";
import { PlatformStore } from "../graph/platform-store.js";
import { allSettled, CloseStack } from "../system/close-stack.js";
import { withTimeLimit } from "../system/time-limit.js";

/** How long an unreachable LangSmith may delay `close`, in milliseconds. */
const traceTimeoutMs = 5_000;

export interface OpenOptions
  extends
    Pick<EmbeddedOptions, "dataDir" | "command">,
    Pick<
      PersonaAgentOptions,
      | "tools"
      | "simulationTools"
      | "allowedToolsFor"
      | "backgroundAlignment"
      | "requestAlignment"
      | "backgroundReflection"
      | "requestReflection"
      | "onMemoryError"
      | "userThreads"
    > {
  /** False in a LangGraph server, which keeps the threads itself. */
  readonly keepThreads?: boolean;
}

/** An agent with its services. */
export interface OpenAgent extends PersonaAgent {
  readonly info: {
    readonly model: string;
    readonly embeddings: string;
    readonly index: string;
    /** `null` when no embedded service has data. */
    readonly dataDir: string | null;
  };
  /** Ends alignments in the background, then the services. A second call does nothing. */
  close(): Promise<void>;
}

/**
 * Creates an agent with real models, embeddings, store, checkpointer and index, each from its setting or embedded.
 * After a failure everything is closed again.
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
    const { keepThreads = true, ...agentOptions } = options;
    const agent = createPersonaAgent({
      ...agentOptions,
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
        // There are no traces unless LangSmith's own variables ask for them.
        await withTimeLimit(() => awaitAllCallbacks(), { timeoutMs: traceTimeoutMs }).catch(
          () => undefined,
        );
      },
    };
  } catch (error) {
    await services.close();
    throw error;
  }
}

async function openStorage(
  read: ReadSetting,
  { databaseUrl }: EmbeddedServices,
  services: CloseStack,
): Promise<{ readonly store: BaseStore; readonly checkpointer?: BaseCheckpointSaver }> {
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
  // The embedded server needs no token.
  const token = chromaUrl === undefined ? read("CHROMA_TOKEN") : undefined;
  return createChromaIndex({ url: chromaUrl ?? read("CHROMA_URL") ?? "", token, embedding });
}

function wikipediaOptions(read: ReadSetting) {
  const [language, baseUrl] = [read("WIKIPEDIA_LANGUAGE"), read("WIKIPEDIA_URL")];
  return { ...(language && { language }), ...(baseUrl && { baseUrl }) };
}
