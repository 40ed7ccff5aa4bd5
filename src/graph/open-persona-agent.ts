import type { BaseCheckpointSaver, BaseStore } from "@langchain/langgraph-checkpoint";
import { PersonaAgentError } from "../errors.js";
import { createChromaIndex } from "../memory/chroma/chroma-index.js";
import { startEmbeddedChroma } from "../memory/chroma/embedded-server.js";
import type { EpisodeIndex } from "../memory/episode-index.js";
import { createInProcessIndex } from "../memory/in-process-index.js";
import { type DataFolder, openDataFolder } from "../memory/store/data-folder.js";
import { openEmbeddedPostgres } from "../memory/store/embedded-postgres.js";
import { openPostgres } from "../memory/store/postgres.js";
import { loadChatModel } from "../model/load-chat-model.js";
import { type LoadedEmbeddings, loadEmbeddings } from "../model/load-embeddings.js";
import {
  createPersonaAgent,
  type PersonaAgent,
  type PersonaAgentOptions,
} from "./create-persona-agent.js";
import { PlatformStore } from "./platform-store.js";
import { allSettled, Services } from "./services.js";

/** Settings of the process, by the names in `.env.example`. Unset and empty mean the same. */
export type AgentEnvironment = Readonly<Record<string, string | undefined>>;

export interface OpenOptions extends Pick<
  PersonaAgentOptions,
  "tools" | "allowedToolsFor" | "requestAlignment" | "onMemoryError"
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
  /** Ends what was started. A second call does nothing. */
  close(): Promise<void>;
}

/** Where the embedded services keep their data unless told, from the current folder. */
export const defaultDataDir = ".persona-agent";

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
  const read: Read = (name) => env[name]?.trim() || undefined;
  const services = new Services();
  try {
    const openai = { openaiApiKey: read("OPENAI_API_KEY"), openaiBaseUrl: read("OPENAI_BASE_URL") };
    const modelName = read("MODEL") ?? "offline";
    const model = loadChatModel(modelName, openai);
    const vectors = loadEmbeddings(read("EMBEDDINGS") ?? "offline", openai);
    const folder = await openFolder(read, options, services);
    // Both take a moment to start, and neither needs the other.
    const [storage, index] = await allSettled([
      openStorage(read, folder, services),
      openIndex(read, folder, vectors, services),
    ]);
    const { keepThreads = true, ...given } = options;
    const agent = createPersonaAgent({
      ...given,
      store: storage.store,
      ...(keepThreads && storage.checkpointer && { checkpointer: storage.checkpointer }),
      model,
      modelName,
      resolveModel: (name) => loadChatModel(name, openai),
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
        dataDir: folder?.path ?? null,
      },
      async close() {
        await agent.memory.episodes.settled();
        await services.close();
      },
    };
  } catch (error) {
    await services.close();
    throw error;
  }
}

type Read = (name: string) => string | undefined;

interface Storage {
  readonly store: BaseStore;
  readonly checkpointer?: BaseCheckpointSaver;
}

/** The data folder, when at least one service is embedded. */
async function openFolder(
  read: Read,
  { dataDir, command = "a program that uses persona-agent" }: OpenOptions,
  services: Services,
): Promise<DataFolder | undefined> {
  const embedsStore = read("DATABASE_URL") === undefined && read("STORE") !== "platform";
  const embedsIndex = read("CHROMA_URL") === undefined && read("INDEX") !== "in-process";
  if (!embedsStore && !embedsIndex) return undefined;
  const folder = dataDir ?? read("PERSONA_DATA_DIR") ?? defaultDataDir;
  return services.add(await openDataFolder({ folder, command }));
}

async function openStorage(
  read: Read,
  folder: DataFolder | undefined,
  services: Services,
): Promise<Storage> {
  choice(read, "STORE", ["platform"]);
  if (read("STORE") === "platform") return { store: new PlatformStore() };
  const url = read("DATABASE_URL");
  if (url !== undefined) return services.add(await openPostgres({ url }));
  const embedded = services.add(await openEmbeddedPostgres({ folder: pathOf(folder) }));
  return services.add(await openPostgres({ url: embedded.url, embedded: true }));
}

async function openIndex(
  read: Read,
  folder: DataFolder | undefined,
  vectors: LoadedEmbeddings,
  services: Services,
): Promise<EpisodeIndex> {
  choice(read, "INDEX", ["chroma", "in-process"]);
  const embedding = { name: vectors.name, dimensions: await vectors.dimensions() };
  if (read("INDEX") === "in-process") return createInProcessIndex(embedding);
  const url = read("CHROMA_URL");
  if (url !== undefined) return createChromaIndex({ url, token: read("CHROMA_TOKEN"), embedding });
  const server = services.add(await startEmbeddedChroma({ dataFolder: pathOf(folder) }));
  return createChromaIndex({ url: server.url, embedding });
}

function pathOf(folder: DataFolder | undefined): string {
  if (folder === undefined) throw new TypeError("An embedded service needs the data folder.");
  return folder.path;
}

function wikipediaOptions(read: Read) {
  const [language, baseUrl] = [read("WIKIPEDIA_LANGUAGE"), read("WIKIPEDIA_URL")];
  return { ...(language && { language }), ...(baseUrl && { baseUrl }) };
}

function choice(read: Read, name: string, values: readonly string[]) {
  const value = read(name);
  if (value !== undefined && !values.includes(value))
    throw new PersonaAgentError(
      "config-invalid",
      `${name} is ${JSON.stringify(value)}; expected ${values.join(" or ")}, or nothing. Correct it or unset it.`,
    );
}
