import { AsyncLocalStorage } from "node:async_hooks";
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { BaseMessage } from "@langchain/core/messages";
import {
  type BaseCheckpointSaver,
  type BaseStore,
  InMemoryStore,
  MemorySaver,
} from "@langchain/langgraph-checkpoint";
import type { AlignConfig } from "../../config/alignment-settings.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import type { RunConfig } from "../../config/turn-settings.js";
import { userKey } from "../../domain/user-id.js";
import type { Memory } from "../../memory/memory.js";
import { createRecallCache } from "../../memory/search/recall-cache.js";
import type { SimulationMemory } from "../../memory/episodes/leave-one-out-memory.js";
import type { NamedModel } from "../../model/model-spec.js";
import { runSignals } from "../../system/abort-listeners.js";
import type { SimulatedRun } from "../../nodes/alignment/simulate.js";
import type { AgentState } from "../../state/agent-state.js";
import type { ToolRegistry } from "../../tools/tool-registry.js";
import { type AnsweringDeps, buildSimulatedAgent } from "../../graph/agent.js";
import { type Aligner, createAligner } from "./aligner.js";
import { checkCallBudget } from "./check-call-budget.js";
import { type AlignmentGraph, buildAlignment } from "../../graph/alignment.js";
import type { RunLeaseDeps } from "./run-lease.js";
import { leaseRuns } from "./with-run-lease.js";
import { inSimulation, simulation, simulationMemory } from "../../graph/simulation-context.js";
import { withVisits } from "../../graph/with-visits.js";
import type { Visits } from "../../memory/visits.js";
import { turnSteps } from "../../graph/step-limit.js";

export interface AlignmentParts {
  readonly memory: Memory;
  /** Under which runs end when their user is erased; none where nobody is. */
  readonly visits?: Visits;
  readonly store: BaseStore;
  readonly checkpointer: BaseCheckpointSaver | undefined;
  readonly modelFor: (name: string | undefined) => BaseChatModel;
  readonly modelName: string;
  readonly alignmentModelFor: (name: string | undefined) => NamedModel;
  /** The tools that a simulation may use, over its memory. */
  readonly registryOver: (memory: SimulationMemory) => ToolRegistry;
  /**
   * Names of the tools that a turn of the user may use.
   *
   * @throws {PersonaAgentError} As a turn: `config-invalid` for an unknown tool, `config-user-invalid`.
   */
  readonly toolNamesFor: (config: Pick<RunConfig, "userId" | "allowedTools">) => readonly string[];
  readonly toolTimeoutMs: number;
  /** Of the process; a run's own take their place. */
  readonly instructions?: string;
  readonly now: () => Date;
}

/** The alignment graph, and the aligner that runs it in this process. */
export function createAlignment(parts: AlignmentParts): {
  readonly alignmentGraph: AlignmentGraph;
  readonly aligner: Aligner;
  /** Stops the user's run in this process, if there is one. */
  readonly stopRun: (userId: string, reason: Error) => void;
  /** Keeps the steps of runs in this process. */
  readonly checkpointer: BaseCheckpointSaver;
} {
  const { memory, store, modelFor, modelName, alignmentModelFor, registryOver, now } = parts;
  const instructions = parts.instructions !== undefined && { instructions: parts.instructions };
  const modelNamesFor = ({ models }: AlignConfig) => ({
    agent: models.agent ?? modelName,
    alignment: alignmentModelFor(models.alignment).name,
  });
  const registry = registryOver(simulationMemory);
  const deps: AnsweringDeps = {
    ...simulationMemory,
    modelFor,
    beforeModel: () => simulation().beforeModel(),
    toolsFor,
    toolTimeoutMs: parts.toolTimeoutMs,
    ...instructions,
    now: () => simulation().now(),
  };
  const agent = buildSimulatedAgent(deps).compile({ name: "agent", checkpointer: false });
  const builder = buildAlignment({
    ...memory,
    agent,
    recallOf: createRecallCache(memory.episodes),
    runAgent,
    alignmentModelFor,
    modelNamesFor,
    toolNamesFor: (config) => toolsFor(config).map(({ name }) => name),
    ...instructions,
    now,
  });
  const active = activeOver(store);
  const lease = { alignments: memory.alignments, active, settingsOf, modelNamesFor, now };
  const compile = (options: { readonly checkpointer?: BaseCheckpointSaver }) => {
    const graph = leaseRuns(builder.compile({ name: "alignment", store, ...options }), lease);
    return parts.visits === undefined ? graph : withVisits(graph, parts.visits);
  };
  // Needed to continue a run after a review or a failure.
  const checkpointer = parts.checkpointer ?? new MemorySaver();
  const kept = compile({ checkpointer });
  return {
    alignmentGraph: parts.checkpointer === undefined ? compile({}) : kept,
    aligner: createAligner({ graph: kept, checkpointer, memory, active, settingsOf, now }),
    checkpointer,
    stopRun: (userId, reason) => active.get(userKey(userId))?.abort(reason),
  };

  /** Run inside a node, the graph would inherit the run's thread and store, so it gets neither. */
  function runAgent(
    messages: BaseMessage[],
    { memory: before, at, beforeModel, ...options }: SimulatedRun,
  ): Promise<AgentState> {
    const simulatedNow = at === null ? now : () => new Date(at);
    return inSimulation({ memory: readInRun(before), now: simulatedNow, beforeModel }, () =>
      agent.invoke(
        { messages },
        {
          ...options,
          recursionLimit: turnSteps(options.context),
          store: new InMemoryStore(),
          // A simulation has its own signal, which follows the run's.
          configurable: { thread_id: undefined, [runSignals]: undefined },
        },
      ),
    ) as Promise<AgentState>;
  }

  /** The registry has fewer tools than a turn, and rejects unknown names. */
  function toolsFor(config: Pick<RunConfig, "userId" | "allowedTools">) {
    const allowed = parts.toolNamesFor(config);
    return registry.select().filter(({ name }) => allowed.includes(name));
  }

  function settingsOf(runtime: Parameters<typeof parseAlignConfig>[0]): AlignConfig {
    const config = parseAlignConfig(runtime);
    checkCallBudget(config);
    parts.toolNamesFor(config);
    modelFor(config.models.agent);
    alignmentModelFor(config.models.alignment);
    return config;
  }
}

/** Memory that reads in the context of the surrounding run, because a simulation's own store is empty; see `PlatformStore`. */
function readInRun({ episodes, ...rest }: SimulationMemory): SimulationMemory {
  const inRun = AsyncLocalStorage.snapshot();
  return {
    ...rest,
    episodes: {
      ...episodes,
      latest: (...asked) => inRun(() => episodes.latest(...asked)),
      similar: (...asked) => inRun(() => episodes.similar(...asked)),
    },
  };
}

const activeByStore = new WeakMap<BaseStore, RunLeaseDeps["active"]>();

/** The runs in this process, of any agent over this store. */
function activeOver(store: BaseStore): RunLeaseDeps["active"] {
  const active: RunLeaseDeps["active"] = activeByStore.get(store) ?? new Map();
  activeByStore.set(store, active);
  return active;
}
