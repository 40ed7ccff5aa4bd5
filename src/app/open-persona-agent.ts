import { awaitAllCallbacks } from "@langchain/core/callbacks/promises";
import type { BaseCheckpointSaver, BaseStore } from "@langchain/langgraph-checkpoint";
import { z } from "zod";
import type { Prices } from "../domain/spending.js";
import { createChromaIndex } from "../memory/chroma/chroma-index.js";
import type { EpisodeIndex } from "../memory/index/episode-index.js";
import { createCachedIndex } from "../memory/index/cached-index.js";
import { createInProcessIndex } from "../memory/index/in-process-index.js";
import { openPostgres } from "../memory/postgres/open-postgres.js";
import type { LoadedEmbeddings } from "../model/load-embeddings.js";
import {
  checkAgentOptions,
  expectAgentNames,
  expectIndexOfEmbeddings,
  expectSettings,
} from "./check-agent-options.js";
import { readInstructions } from "./read-instructions.js";
import { createPersonaAgent } from "./create-persona-agent.js";
import { type JobQueue, openJobQueue } from "./alignment-runs/job-queue.js";
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
import { PersonaAgentError } from "../system/errors.js";
import { PlatformStore } from "../graph/platform-store.js";
import { allSettled, CloseStack } from "../system/close-stack.js";
import { withTimeLimit } from "../system/time-limit.js";

/** How long an unreachable LangSmith may delay `close`, in milliseconds. */
const traceTimeoutMs = 5_000;

/**
 * What a program gives takes the place of what the environment names; the rest is opened from the environment. What was
 * given is not closed by `close`.
 */
export interface OpenOptions
  extends Pick<EmbeddedOptions, "dataDir" | "command" | "mustExist">, PersonaAgentOptions {
  /**
   * Names the given `embeddings`, where their index is to be opened: the same name in every process, another one for
   * other vectors, such as `google-gemini-embedding-001`. 1 to 76 letters, digits, `.`, `_` and `-`. The index is rebuilt
   * when it changes.
   */
  readonly embeddingsName?: string;
  /** Is told of failures of the job queue that the agent goes on after, a line each; the standard error unless given. */
  readonly log?: (line: string) => void;
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
  /** The jobs of workers; `null` unless `JOBS` asks for them. */
  readonly jobs: JobQueue | null;
  /** Ends alignments in the background, then the services. A second call does nothing. */
  close(): Promise<void>;
}

/**
 * Creates an agent with lasting memory: models, embeddings, store, checkpointer and index are those that `options` give,
 * else each from its setting or embedded. After a failure everything is closed again.
 *
 * @throws {PersonaAgentError} `config-*`, `model-*` and `memory-*`, one line each.
 */
export async function openPersonaAgent(
  env: AgentEnvironment,
  options: OpenOptions = {},
): Promise<OpenAgent> {
  expectSettings(env);
  const read = settingsOf(env);
  const {
    keepThreads = true,
    dataDir,
    command,
    mustExist = false,
    embeddingsName,
    log = toStderr,
    ...given
  } = options;
  expectAgentNames<OpenOptions>(
    options,
    {
      dataDir: true,
      command: true,
      mustExist: true,
      embeddingsName: true,
      keepThreads: true,
      log: true,
    },
    "`openPersonaAgent`",
  );
  checkAgentOptions(options);
  if (embeddingsName === undefined) expectIndexOfEmbeddings(given, nameTheEmbeddings);
  const services = new CloseStack();
  try {
    const { vectors, loadModel, ...models } = loadModels(env, options);
    const needsStorage =
      given.store === undefined || (keepThreads && given.checkpointer === undefined);
    const needed = { needsStorage, needsIndex: given.index === undefined };
    const embedded = services.add(
      await openEmbeddedServices(env, { dataDir, command, mustExist, ...needed }),
    );
    const [storage, index] = await allSettled([
      needsStorage ? openStorage(read, embedded, services) : undefined,
      given.index ?? openIndex(read, embedded, vectors),
    ]);
    const checkpointer = given.checkpointer ?? (keepThreads ? storage?.checkpointer : undefined);
    const store = given.store ?? storage?.store;
    const jobs = await openJobs(read, services, log);
    const agent = createPersonaAgent({
      ...given,
      ...models,
      ...(jobs && {
        userJobs: jobs,
        requestAlignment: given.requestAlignment ?? jobs.requestAlignment,
        requestReflection: given.requestReflection ?? jobs.requestReflection,
      }),
      ...(store && { store }),
      ...(checkpointer && { checkpointer }),
      resolveModel: given.resolveModel ?? loadModel,
      embeddings: vectors.embeddings,
      index,
      instructions: given.instructions ?? (await readInstructions(read)),
      feedbackAuthors: given.feedbackAuthors ?? namesIn(read("FEEDBACK_AUTHORS")),
      prices: given.prices ?? pricesIn(read("PRICES")),
      wikipedia: given.wikipedia ?? wikipediaOptions(read),
    });
    return {
      ...agent,
      jobs,
      info: {
        model: models.modelName,
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

const nameTheEmbeddings =
  "Give `embeddingsName` too, and an index is opened for them; or give an `index` of your own.";

async function openStorage(
  read: ReadSetting,
  { databaseUrl }: EmbeddedServices,
  services: CloseStack,
): Promise<{ readonly store: BaseStore; readonly checkpointer?: BaseCheckpointSaver }> {
  if (read("STORE") === "platform") return { store: new PlatformStore() };
  const url = databaseUrl ?? read("DATABASE_URL") ?? "";
  return services.add(await openPostgres({ url, embedded: databaseUrl !== undefined }));
}

/** @throws {PersonaAgentError} `config-invalid` where there is no database that others can reach. */
async function openJobs(
  read: ReadSetting,
  services: CloseStack,
  log: (line: string) => void,
): Promise<JobQueue | null> {
  if (read("JOBS") === undefined) return null;
  const url = read("DATABASE_URL");
  if (url === undefined)
    throw new PersonaAgentError(
      "config-invalid",
      "JOBS is set without DATABASE_URL; expected a PostgreSQL that workers can reach. Set both, or neither.",
    );
  return services.add(await openJobQueue({ url, log }));
}

function toStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function openIndex(
  read: ReadSetting,
  { chromaUrl }: EmbeddedServices,
  vectors: LoadedEmbeddings,
): Promise<EpisodeIndex> {
  const embedding = { name: vectors.name, dimensions: await vectors.dimensions() };
  if (read("INDEX") === "in-process") return createInProcessIndex(embedding);
  const isExclusive = read("CHROMA_EXCLUSIVE") === "on";
  if (isExclusive && read("JOBS") !== undefined)
    throw new PersonaAgentError(
      "config-invalid",
      "CHROMA_EXCLUSIVE is on and JOBS is set; expected one of the two, as workers write to that Chroma too. Unset one.",
    );
  // The embedded server needs no token.
  const token = chromaUrl === undefined ? read("CHROMA_TOKEN") : undefined;
  const url = chromaUrl ?? read("CHROMA_URL") ?? "";
  const index = createChromaIndex({ url, token, embedding });
  return chromaUrl !== undefined || isExclusive ? createCachedIndex(index, embedding) : index;
}

function wikipediaOptions(read: ReadSetting) {
  const [language, baseUrl] = [read("WIKIPEDIA_LANGUAGE"), read("WIKIPEDIA_URL")];
  return { ...(language && { language }), ...(baseUrl && { baseUrl }) };
}

const pricesSchema = z.record(
  z.string(),
  z.strictObject({ in: z.number().nonnegative(), out: z.number().nonnegative() }),
);

/** @throws {PersonaAgentError} `config-invalid` */
function pricesIn(text = "{}"): Prices {
  const invalid = new PersonaAgentError(
    "config-invalid",
    `PRICES is ${JSON.stringify(text.slice(0, 60))}; expected JSON as {"openai:gpt-4o-mini": {"in": 0.15, "out": 0.6}}, for a million tokens. Correct it or unset it.`,
  );
  try {
    return pricesSchema.parse(JSON.parse(text));
  } catch {
    throw invalid;
  }
}

/** Names with commas between them. */
function namesIn(list = ""): string[] {
  return list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
