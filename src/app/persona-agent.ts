import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { StructuredToolInterface } from "@langchain/core/tools";
import type { BaseCheckpointSaver, BaseStore } from "@langchain/langgraph-checkpoint";
import type { Profile } from "../domain/profile.js";
import type { Prices } from "../domain/spending.js";
import type { Usage } from "../domain/usage.js";
import type { AgentGraph } from "../graph/agent.js";
import type { AlignmentGraph } from "../graph/alignment.js";
import type { FeedbackGraph } from "../graph/feedback.js";
import type { ReflectionGraph } from "../graph/reflection.js";
import type { MemoryDegradation } from "../memory/episodes/episodic-memory.js";
import type { EpisodeIndex } from "../memory/index/episode-index.js";
import type { Memory, MemoryWithUserData } from "../memory/memory.js";
import type { RequestAlignment } from "../nodes/agent/schedule-alignment.js";
import type { RequestReflection } from "../nodes/agent/schedule-reflection.js";
import type { RefreshedProfile } from "../nodes/update-profile.js";
import type { SearchWikipediaOptions } from "../tools/search-wikipedia.js";
import type { Aligner, AlignSettings } from "./alignment-runs/aligner.js";
import type { AlignmentOverview } from "./alignment-runs/alignment-overview.js";
import type { AskedMessage, AskOptions, TurnResult } from "./ask.js";
import type { FeedbackGiven, FeedbackResult } from "./give-feedback.js";
import type { Reflect } from "./reflect.js";
import type { UserJobs } from "./alignment-runs/job-queue.js";
import type { UserHolding } from "./verbs/erase-user.js";
import type { UserVerbs } from "./verbs/user-verbs.js";

export interface PersonaAgentOptions {
  /** Any LangChain chat model that can call tools. The offline model unless given. */
  readonly model?: BaseChatModel;
  /** Resolves the names in `models` of a run's settings; only `offline` unless given. */
  readonly resolveModel?: (name: string, role: "agent" | "alignment") => BaseChatModel;
  /** The name of `model` in records and traces, such as `openai:gpt-4o-mini`; its LangChain type unless given. */
  readonly modelName?: string;
  /** Draws profiles, reflects, criticises answers and rewrites personas; `model` unless given. */
  readonly alignmentModel?: BaseChatModel;
  /** As `modelName`, for `alignmentModel`. */
  readonly alignmentModelName?: string;
  /** The offline embeddings unless given. Other embeddings need an `index` with their dimensions. */
  readonly embeddings?: EmbeddingsInterface;
  /** The truth about users. In this process only, unless given. */
  readonly store?: BaseStore;
  /** Finds episodes. In this process only, unless given; rebuilds itself from the store. */
  readonly index?: EpisodeIndex;
  /** Keeps threads. Without one, every turn is a thread of its own. */
  readonly checkpointer?: BaseCheckpointSaver;
  /**
   * The fixed part of every persona: role, tone, language, house rules; at most 4,000 characters. It stands in the system
   * message of turns and simulations, and learning never changes it. A run's setting `instructions` takes its place.
   */
  readonly instructions?: string;
  /** Tools besides `recall_memory` and, where `@langchain/community` is installed, `search_wikipedia`; `loadMcpTools` of `persona-agent/mcp` loads tools of MCP servers. */
  readonly tools?: readonly StructuredToolInterface[];
  /**
   * Names of the `tools` that an alignment may call when it repeats past questions. None unless given: a tool that sends
   * or changes something would do so again, and a tool that reads the user's data could find the true answer.
   */
  readonly simulationTools?: readonly string[];
  /** Names of the tools that a user may use; all of them for `undefined`. A run can only narrow it. */
  readonly allowedToolsFor?: (userId: string) => readonly string[] | undefined;
  readonly wikipedia?: SearchWikipediaOptions;
  /**
   * Names of authors whose feedback counts as the user's own, such as `support`. What others say of a response is stored
   * and shown, and steers nothing. None unless given.
   */
  readonly feedbackAuthors?: readonly string[];
  /**
   * Whether this process aligns a user's persona in the background when there are enough new true answers, `delayMs`
   * (milliseconds, 5,000) after the turn that made it due. On unless set to false.
   */
  readonly backgroundAlignment?: boolean | { readonly delayMs: number };
  /**
   * Replaces `backgroundAlignment`: called when there are enough new true answers, with the settings of the turn that
   * apply to an alignment. Must return at once. If it rejects, the turn has `alignment-not-scheduled` in `degraded`.
   */
  readonly requestAlignment?: RequestAlignment;
  /**
   * Whether this process reflects on a user's latest turns in the background when there are enough, `delayMs`
   * (milliseconds, 5,000) after the latest of them. On unless set to false.
   */
  readonly backgroundReflection?: boolean | { readonly delayMs: number };
  /**
   * Replaces `backgroundReflection`: called after each turn for which a reflection is due, with the settings of the
   * turn. Must return at once. If it rejects, the turn has `reflection-not-scheduled` in `degraded`.
   */
  readonly requestReflection?: RequestReflection;
  /** The time limit of one tool call, in milliseconds; 30,000 unless given. */
  readonly toolTimeoutMs?: number;
  /** Called for every failure of the index or the embeddings that a call worked around. */
  readonly onMemoryError?: (error: unknown, kind: MemoryDegradation) => void;
  /** Jobs that something else keeps for users: `erase` deletes the user's, and `status` names those that failed for good. */
  readonly userJobs?: UserJobs;
  /** What a million tokens of each model cost, by its name in records, in any unit: `usage` tells the cost. */
  readonly prices?: Prices;
  /** What something else keeps of users, such as a LangGraph server: `erase` deletes it too. */
  readonly userHoldings?: readonly UserHolding[];
  readonly now?: () => Date;
}

export interface PersonaAgent extends UserVerbs {
  /** Those of the process, as every prompt has them; empty for none. */
  readonly instructions: string;
  /** The compiled graph: `invoke`, `stream`, `getState` and the rest of LangGraph. */
  readonly graph: AgentGraph;
  /** The compiled alignment graph, for a server or another graph; `align` runs it here. */
  readonly alignmentGraph: AlignmentGraph;
  /** Takes feedback. Compiled without a checkpointer, because its runs are independent of each other. */
  readonly feedbackGraph: FeedbackGraph;
  /** Learns from the latest turns; `reflect` runs it here. Compiled without a checkpointer, as `feedbackGraph`. */
  readonly reflectionGraph: ReflectionGraph;
  readonly memory: Memory & Pick<MemoryWithUserData, "visits">;
  /** Learns from the user's latest interactions with a true answer; see `Aligner.align`. */
  readonly align: Aligner["align"];
  /** Decides on a new persona that waits for a person; see `Aligner.review`. */
  readonly review: Aligner["review"];
  /** The request for that decision; see `Aligner.pendingReview`. */
  readonly pendingReview: Aligner["pendingReview"];
  /**
   * The status of the user's alignment, and whether one is due. No model call.
   *
   * @param alignAfter - New true answers after which one is due, from 1; the setting's default unless given.
   * @param settings - Of the alignment: by them it needs more or fewer true answers before it can be due.
   * @throws {PersonaAgentError} `config-user-invalid`, `config-invalid`, `memory-store-unavailable`.
   */
  status(userId: string, alignAfter?: number, settings?: AlignSettings): Promise<AlignmentOverview>;
  /**
   * Answers one message of one user, which may come with the conversation before it, where the caller keeps that.
   *
   * @throws {PersonaAgentError} `config-*` for bad input, `model-*` when the model fails. Memory does not fail a turn.
   */
  ask(userId: string, message: AskedMessage, options?: AskOptions): Promise<TurnResult>;
  /**
   * Stores the user's feedback on one episode: a true answer, an edit, an accept or a reject. Rolls the user's persona
   * back when the answers show that its head does worse than its parent. No model call.
   *
   * @throws {PersonaAgentError} `config-episode-unknown` when the user has no such episode; `config-*` for bad input;
   *   `memory-store-unavailable`. Nothing is written then.
   */
  feedback(userId: string, feedback: FeedbackGiven): Promise<FeedbackResult>;
  /**
   * Reads the user's latest turns now, in at most one model call: brings the profile up to date, and stores the feedback
   * that their later messages show. Calls for one user run one after another. Without new turns nothing is asked.
   *
   * @throws {PersonaAgentError} `config-*` for bad input, `model-*` when the model fails, `memory-*`.
   */
  readonly reflect: Reflect;
  /** Summarises the user's episodes into a new version of the profile: one model call, none without episodes. */
  buildProfile(
    userId: string,
    options?: ProfileCallOptions,
  ): Promise<{ readonly profile: Profile | null; readonly usage: Usage }>;
  /**
   * Updates the profile with the episodes since its last version: at most one model call, none without new episodes.
   * `changed` says whether a new version was appended.
   */
  refreshProfile(userId: string, options?: ProfileCallOptions): Promise<RefreshedProfile>;
  /**
   * Interrupts alignments and reflections in the background, which the user's next turn continues, and waits for rebuilds of the index.
   * A second call does nothing.
   */
  close(): Promise<void>;
}

export interface ProfileCallOptions {
  /** The most tokens (estimated) of the prompt. */
  readonly maxTokens?: number;
  /** By name, as in `models` of a run's settings. */
  readonly model?: string;
  readonly signal?: AbortSignal;
}
