import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { StructuredToolInterface } from "@langchain/core/tools";
import {
  type BaseCheckpointSaver,
  type BaseStore,
  InMemoryStore,
} from "@langchain/langgraph-checkpoint";
import type { RunConfig } from "../config/turn-settings.js";
import type { AlignmentStatus } from "../domain/alignment/alignment-status.js";
import type { Profile } from "../domain/profile.js";
import type { Usage } from "../domain/usage.js";
import { parseUserId } from "../domain/user-id.js";
import { PersonaAgentError } from "../errors.js";
import { createMemory } from "../memory/create-memory.js";
import type { EpisodeIndex } from "../memory/index/episode-index.js";
import type { MemoryDegradation } from "../memory/episodes/episodic-memory.js";
import { createInProcessIndex } from "../memory/index/in-process-index.js";
import type { Memory } from "../memory/memory.js";
import { ask } from "../model/ask-structured.js";
import { loadChatModel } from "../model/load-chat-model.js";
import { OfflineEmbeddings } from "../model/offline/offline-embeddings.js";
import { buildProfile } from "../nodes/profile/draw-profile.js";
import { type RefreshedProfile, refreshProfile } from "../nodes/profile/update-profile.js";
import type { RequestAlignment } from "../nodes/agent/schedule-alignment.js";
import { createRecallMemory } from "../tools/recall-memory.js";
import { createToolRegistry } from "../tools/tool-registry.js";
import { createSearchWikipedia, type SearchWikipediaOptions } from "../tools/search-wikipedia.js";
import { type AgentGraph, buildAgent } from "../graph/agent.js";
import type { Aligner } from "./alignment-runs/aligner.js";
import type { AlignmentGraph } from "../graph/alignment.js";
import { type AlignmentOverview, readAlignmentOverview } from "./alignment-runs/overview.js";
import { createAlignment } from "./alignment-runs/create-alignment.js";
import { createBackgroundScheduler } from "./alignment-runs/background-scheduler.js";
import { askGraph, type AskOptions, type TurnResult } from "./ask.js";
import { buildFeedback, type FeedbackGraph } from "../graph/feedback.js";
import { type FeedbackGiven, type FeedbackResult, recordFeedback } from "./give-feedback.js";
import { withThreadGuard } from "../graph/thread-guard.js";
import { withTraceLabels } from "../graph/trace-labels.js";
import { isAbandoned } from "./alignment-runs/run-owner.js";

export interface PersonaAgentOptions {
  /** Any LangChain chat model that takes tools. The offline model unless given. */
  readonly model?: BaseChatModel;
  /** What `models` in a run's settings may name; `offline` only, unless given. */
  readonly resolveModel?: (name: string) => BaseChatModel;
  /** Names `model` in what is stored about it, such as `openai:gpt-4o-mini`; its LangChain type unless given. */
  readonly modelName?: string;
  /** Draws profiles, criticises answers and rewrites personas; `model` unless given. */
  readonly alignmentModel?: BaseChatModel;
  /** As `modelName`, for `alignmentModel`. */
  readonly alignmentModelName?: string;
  /** The offline embeddings unless given. With other ones, give an `index` made for them too. */
  readonly embeddings?: EmbeddingsInterface;
  /** The truth about users. In this process only, unless given. */
  readonly store?: BaseStore;
  /** Finds episodes. In this process only, unless given; rebuilt from the store by itself. */
  readonly index?: EpisodeIndex;
  /** Keeps threads. Without one, every turn is a thread of its own. */
  readonly checkpointer?: BaseCheckpointSaver;
  /** Tools beside `recall_memory` and `search_wikipedia`; MCP servers' tools come from `loadMcpTools`. */
  readonly tools?: readonly StructuredToolInterface[];
  /**
   * Names of those of `tools` that an alignment may run when it asks past questions again. None unless given: a tool
   * that sends or changes something would do so again, and one that reads the user's data could find the true answer.
   */
  readonly simulationTools?: readonly string[];
  /** Names of the tools a user may use; all of them when it gives `undefined`. A run can only narrow it. */
  readonly allowedToolsFor?: (userId: string) => readonly string[] | undefined;
  readonly wikipedia?: SearchWikipediaOptions;
  /**
   * Whether this process aligns a user's persona when enough new true answers came in, beside the turns, `delayMs`
   * (milliseconds, 5,000) after the one that made it due. On unless set to false.
   */
  readonly backgroundAlignment?: boolean | { readonly delayMs: number };
  /**
   * In place of `backgroundAlignment`: called when enough new true answers came in, with the settings of the turn that
   * an alignment shares. Must return at once. When it rejects, the turn says `alignment-not-scheduled` in `degraded`.
   */
  readonly requestAlignment?: RequestAlignment;
  /** The most one tool call may take, in milliseconds. */
  readonly toolTimeoutMs?: number;
  /** Told of every failure of the index or the embeddings that a call worked around. */
  readonly onMemoryError?: (error: unknown, kind: MemoryDegradation) => void;
  readonly now?: () => Date;
}

export interface PersonaAgent {
  /** The compiled graph: `invoke`, `stream`, `getState` and the rest of LangGraph. */
  readonly graph: AgentGraph;
  /** The compiled alignment graph, to be put behind a server or into another graph; `align` runs it here. */
  readonly alignmentGraph: AlignmentGraph;
  /** Takes feedback; compiled without a checkpointer, because every run stands for itself. */
  readonly feedbackGraph: FeedbackGraph;
  readonly memory: Memory;
  /** Learns from the user's latest interactions with a true answer; see `Aligner.align`. */
  readonly align: Aligner["align"];
  /** Decides on a new persona that waits for a person; see `Aligner.review`. */
  readonly review: Aligner["review"];
  /** What waits for that decision; see `Aligner.pendingReview`. */
  readonly pendingReview: Aligner["pendingReview"];
  /**
   * How the user's alignment stands, and whether one is due. No model call.
   *
   * @param alignAfter - New true answers after which one is due, from 1; the setting's default unless given.
   * @throws {PersonaAgentError} `config-user-invalid`, `config-invalid`, `memory-store-unavailable`.
   */
  status(userId: string, alignAfter?: number): Promise<AlignmentOverview>;
  /**
   * Answers one message of one user.
   *
   * @throws {PersonaAgentError} `config-*` for bad input, `model-*` when the model fails. Memory does not fail a turn.
   */
  ask(userId: string, message: string, options?: AskOptions): Promise<TurnResult>;
  /**
   * Keeps what the user says of one episode: a true answer, an edit, an accept or a reject. Takes the head of the
   * user's persona back when the answers show that it does worse than its parent. No model call.
   *
   * @throws {PersonaAgentError} `config-episode-unknown` when the user has no such episode; `config-*` for bad input;
   *   `memory-store-unavailable`. Nothing is written then.
   */
  feedback(userId: string, given: FeedbackGiven): Promise<FeedbackResult>;
  /**
   * Summarises the user's episodes into a new version of the profile: one model call, and none when there is no
   * episode.
   */
  buildProfile(
    userId: string,
    options?: ProfileCallOptions,
  ): Promise<{ readonly profile: Profile | null; readonly usage: Usage }>;
  /**
   * Brings the profile up to date with what is new since it was drawn: one model call at most, none when nothing is
   * new. `changed` tells whether a new version was appended.
   */
  refreshProfile(userId: string, options?: ProfileCallOptions): Promise<RefreshedProfile>;
  /**
   * Ends what goes on beside the calls: alignments in the background are cut off, to be gone on with at the user's next
   * turn, and rebuilds of the index are waited for. A second call does nothing.
   */
  close(): Promise<void>;
}

export interface ProfileCallOptions {
  /** Most tokens (estimated) of the prompt. */
  readonly maxTokens?: number;
  /** By name, as in `models` of a run's settings. */
  readonly model?: string;
  readonly signal?: AbortSignal;
}

/**
 * Puts an agent together from its parts. With no options it runs in this process alone, on the offline model:
 * nothing is kept, nothing is needed.
 *
 * @example
 * const agent = createPersonaAgent();
 * await agent.ask("ada", "I never eat meat.");
 * const { answer } = await agent.ask("ada", "What did I say about meat?");
 */
export function createPersonaAgent(options: PersonaAgentOptions = {}): PersonaAgent {
  const { now = () => new Date(), store = new InMemoryStore(), checkpointer } = options;
  const offline = new OfflineEmbeddings();
  const memory = createMemory({
    store,
    embeddings: options.embeddings ?? offline,
    index:
      options.index ??
      createInProcessIndex({
        name: `offline-${offline.version}`,
        dimensions: offline.dimensions,
      }),
    now,
    ...(options.onMemoryError && { onIndexError: options.onMemoryError }),
  });
  const wikipedia = createSearchWikipedia(options.wikipedia);
  const registry = createToolRegistry([
    createRecallMemory(memory),
    wikipedia,
    ...(options.tools ?? []),
  ]);
  const toolsFor = (config: Pick<RunConfig, "userId" | "allowedTools">) =>
    registry.select({ allowed: allowedTools(config, options) });
  const simulationTools = registeredTools(options);
  const modelFor = createModelFor(options);
  const modelName = options.modelName ?? modelFor(undefined)._llmType();
  const alignmentModelFor = (name: string | undefined) =>
    name === undefined && options.alignmentModel !== undefined
      ? {
          model: options.alignmentModel,
          name: options.alignmentModelName ?? options.alignmentModel._llmType(),
        }
      : { model: modelFor(name), name: name ?? modelName };
  const toolTimeoutMs = options.toolTimeoutMs ?? 30_000;
  const { backgroundAlignment = true } = options;
  const scheduling = {
    isAbandoned: (status: AlignmentStatus) => isAbandoned(status, now()),
    requestAlignment:
      options.requestAlignment ??
      (backgroundAlignment === false
        ? undefined
        : (...asked: Parameters<RequestAlignment>) => background.request(...asked)),
  };
  const builder = buildAgent({
    ...memory,
    ...scheduling,
    modelFor,
    toolsFor,
    toolTimeoutMs,
    now,
  });
  const feedbackGraph = withThreadGuard(
    withTraceLabels(
      buildFeedback({ ...memory, ...scheduling, now }).compile({ name: "feedback", store }),
      modelName,
      "persona-agent feedback",
    ),
  );
  const compile = (parts: { readonly checkpointer?: BaseCheckpointSaver }) =>
    withThreadGuard(
      withTraceLabels(builder.compile({ name: "agent", store, ...parts }), modelName),
    );
  const graph = compile({ ...(checkpointer && { checkpointer }) });
  // A checkpointer refuses a run without a thread, and a turn of its own needs none to be kept.
  const threadless = compile({});
  const { alignmentGraph, aligner } = createAlignment({
    memory,
    store,
    checkpointer,
    modelFor,
    modelName,
    alignmentModelFor,
    registryOver: (before) =>
      createToolRegistry([createRecallMemory(before), wikipedia, ...simulationTools]),
    toolNamesFor: (config) => toolsFor(config).map(({ name }) => name),
    toolTimeoutMs,
    now,
  });

  const background = createBackgroundScheduler({
    align: aligner.align,
    ...(typeof backgroundAlignment === "object" && backgroundAlignment),
  });

  const profileOptions = ({ model, ...limits }: ProfileCallOptions = {}) => ({
    ...memory,
    ...limits,
    ask,
    model: alignmentModelFor(model).model,
    modelName: alignmentModelFor(model).name,
    now: () => now().toISOString(),
  });

  return {
    graph,
    alignmentGraph,
    feedbackGraph,
    memory,
    align: aligner.align,
    review: aligner.review,
    pendingReview: aligner.pendingReview,
    status: (userId, alignAfter) => readAlignmentOverview(userId, { memory, now }, alignAfter),
    feedback: recordFeedback({ graph: feedbackGraph, episodes: memory.episodes }),
    async ask(userId, message, asked) {
      if (asked?.threadId === undefined) return askGraph(threadless, userId, message, asked);
      if (checkpointer !== undefined) return askGraph(graph, userId, message, asked);
      throw new PersonaAgentError(
        "config-invalid",
        "A thread was named, but this agent keeps none; expected a checkpointer. Give `createPersonaAgent` one, or leave `threadId` out.",
      );
    },
    buildProfile: (userId, asked) => buildProfile(userId, profileOptions(asked)),
    refreshProfile: (userId, asked) => refreshProfile(userId, profileOptions(asked)),
    async close() {
      await background.close();
      await memory.episodes.settled();
    },
  };
}

/** Models by name, each made once. */
function createModelFor(options: PersonaAgentOptions) {
  const { model = loadChatModel("offline"), resolveModel = loadChatModel } = options;
  const named = new Map<string, BaseChatModel>();
  return (name: string | undefined): BaseChatModel => {
    if (name === undefined) return model;
    const known = named.get(name) ?? resolveModel(name);
    named.set(name, known);
    return known;
  };
}

/** Those of the application's tools that a simulation may run. */
function registeredTools({ tools = [], simulationTools = [] }: PersonaAgentOptions) {
  const unknown = simulationTools.find((wanted) => !tools.some(({ name }) => name === wanted));
  if (unknown !== undefined)
    throw new PersonaAgentError(
      "config-tool-invalid",
      `simulationTools names ${JSON.stringify(unknown)}; expected names of the given tools. Correct it or leave it out.`,
    );
  return tools.filter(({ name }) => simulationTools.includes(name));
}

/** What the user may use, narrowed by what the run asks for; `undefined` for no limit. */
function allowedTools(
  config: Pick<RunConfig, "userId" | "allowedTools">,
  { allowedToolsFor }: PersonaAgentOptions,
): readonly string[] | undefined {
  const asked = config.allowedTools;
  const granted = allowedToolsFor?.(parseUserId(config.userId));
  if (granted === undefined || asked === undefined) return granted ?? asked;
  return asked.filter((name) => granted.includes(name));
}
