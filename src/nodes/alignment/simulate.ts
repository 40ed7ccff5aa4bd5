import { AIMessage, type BaseMessage, HumanMessage } from "@langchain/core/messages";
import { Command, type LangGraphRunnableConfig, Send } from "@langchain/langgraph";
import { type AlignConfig, answeringSettings } from "../../config/alignment-settings.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import type { RunContext } from "../../config/turn-settings.js";
import { initialPersona } from "../../domain/persona/persona-checkpoint.js";
import { scorerFor } from "../../domain/scoring/scorer.js";
import type { SimulatedAnswer } from "../../domain/alignment/simulated-answer.js";
import { type Usage, usageOfError } from "../../domain/usage.js";
import { PersonaAgentError } from "../../errors.js";
import {
  leaveOneOutMemory,
  type SimulationMemory,
} from "../../memory/episodes/leave-one-out-memory.js";
import type { AgentState } from "../../state/agent-state.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import type { AlignmentUpdate, SimulationTask } from "../../state/alignment-state.js";
import { createStaggeredStart } from "../../system/staggered-start.js";
import { prefetchRecall, type RecallOf } from "./prefetch-recall.js";
import { expectManyListeners } from "../../system/abort-listeners.js";

/** What the agent graph is run with, besides the messages. */
export interface SimulatedRun {
  readonly memory: SimulationMemory;
  /** What the agent takes for the present; `null` for the real one. */
  readonly at: string | null;
  readonly context: RunContext;
  readonly signal: AbortSignal;
  /** Called before every model call, when all else is ready. */
  readonly beforeModel: () => void;
}

export interface SimulateDeps {
  readonly recallOf: RecallOf;
  /** Runs the agent graph over this memory, with the tools that a simulation may use. */
  readonly runAgent: (messages: BaseMessage[], run: SimulatedRun) => Promise<AgentState>;
}

/** What one simulation of a task may know. */
export function memoryOf(
  { runId, persona, profile, item }: SimulationTask,
  { recallOf }: Pick<SimulateDeps, "recallOf">,
  leaveOneOut: boolean,
): SimulationMemory {
  const { key, version, lines, paperSystemPrompt } = persona;
  return leaveOneOutMemory({ episodes: recallOf(runId) }, item, {
    persona: { ...initialPersona, id: key, version, lines, paperSystemPrompt },
    profile,
    leaveOneOut,
  });
}

/** One item of the batch, answered under the present persona; the answer goes to be criticised. */
export function createSimulate(deps: SimulateDeps) {
  return async function simulate(
    task: SimulationTask,
    runtime: LangGraphRunnableConfig,
  ): Promise<Command<unknown, AlignmentUpdate>> {
    const answer = await simulated(task, runtime, deps);
    return new Command({
      update: { answers: [answer], usage: answer.usage },
      goto: task.repeat === 0 ? [new Send("textual-loss", { ...task, answer })] : [],
    });
  };
}

/** One item, answered for the comparison of candidate and parent. */
export function createValidate(deps: SimulateDeps) {
  return async function validate(
    task: SimulationTask,
    runtime: LangGraphRunnableConfig,
  ): Promise<AlignmentUpdate> {
    const answer = await simulated(task, runtime, deps);
    return { answers: [answer], usage: answer.usage };
  };
}

/** How many of a run's simulations prepare their model call together; see docs/decisions/0011-alignment-graph.md. */
const staggered = createStaggeredStart(8);

async function simulated(
  task: SimulationTask,
  runtime: LangGraphRunnableConfig,
  deps: SimulateDeps,
): Promise<SimulatedAnswer> {
  const { runId, persona, role, item, repeat } = task;
  const config = parseAlignConfig(runtime);
  expectManyListeners(runtime);
  // It may have waited until the run had ended.
  runtime.signal?.throwIfAborted();
  // Before its start, which is for computing: nothing is to wait there but for other computing.
  await prefetchRecall(item, { runId, config }, deps.recallOf);
  const answer = await staggered(runId, (release) =>
    answerOf(task, { config, signal: runtime.signal, beforeModel: release }, deps),
  );
  const score = answer.text === "" ? 0 : scorerFor(item.query, item.groundTruth).score(answer.text);
  runtime.writer?.({
    kind: "item-simulated",
    persona: role,
    episodeId: item.episodeId,
    score,
  } satisfies AlignmentEvent);
  return { persona: persona.key, episodeId: item.episodeId, repeat, ...answer, score };
}

/** What the agent said, before it is known of whom and how good it is. */
type Answered = Omit<SimulatedAnswer, "persona" | "episodeId" | "repeat" | "score">;

async function answerOf(
  task: SimulationTask,
  {
    config,
    signal,
    beforeModel,
  }: {
    readonly config: AlignConfig;
    readonly signal: AbortSignal | undefined;
    readonly beforeModel: () => void;
  },
  deps: SimulateDeps,
): Promise<Answered> {
  const { episodeId, earlier, query, at } = task.item;
  const thread = earlier.flatMap((turn) => [
    new HumanMessage(turn.query),
    new AIMessage(turn.response),
  ]);
  const question = new HumanMessage({ id: `simulated-${episodeId}`, content: query });
  const failed = new AbortController();
  const memory = failingWhole(memoryOf(task, deps, config.leaveOneOut), failed);
  const ended = AbortSignal.any(signal === undefined ? [failed.signal] : [failed.signal, signal]);
  expectManyListeners({ signal: ended });
  try {
    const context = answeringSettings(config);
    const run = { memory, at, context, signal: ended, beforeModel };
    const state = await deps.runAgent([...thread, question], run);
    failed.signal.throwIfAborted();
    return answerFrom(state);
  } catch (error) {
    failed.signal.throwIfAborted();
    const usage = unusableAnswer(error);
    if (usage === null) throw error;
    return { text: "", recalled: [], toolCalls: [], degraded: ["no-answer"], usage };
  }
}

/**
 * Memory whose failure ends the simulation at once. A turn works around it, and a tool tells the model of it; but scores
 * without memory would say nothing of the persona. The run fails, and goes on when memory is back.
 */
function failingWhole(
  { episodes, ...rest }: SimulationMemory,
  failed: AbortController,
): SimulationMemory {
  const orFail = <Found>(reading: Promise<Found>) =>
    reading.catch((error: unknown) => {
      failed.abort(error);
      // Not the error itself: a node would work around that.
      throw new Error("The simulation has ended.", { cause: error });
    });
  return {
    ...rest,
    episodes: {
      ...episodes,
      latest: (...asked) => orFail(episodes.latest(...asked)),
      similar: (...asked) => orFail(episodes.similar(...asked)),
    },
  };
}

function answerFrom(state: AgentState): Answered {
  const question = state.messages.findLastIndex((message) => HumanMessage.isInstance(message));
  const answers = state.messages.slice(question).filter((message) => AIMessage.isInstance(message));
  const recalled = [...state.recalled, ...state.recalledByTools].map(({ id }) => id);
  return {
    text: answers.at(-1)?.text.trim() ?? "",
    recalled: [...new Set(recalled)],
    toolCalls: answers.flatMap(({ tool_calls = [] }) =>
      tool_calls.map(({ name, args }) => ({ name, input: JSON.stringify(args) })),
    ),
    degraded: state.degraded,
    usage: state.usage,
  };
}

/**
 * What it cost to learn that the model has no answer to the item: silence, a refusal, a question that no turn would
 * take. Such an answer is wrong, for parent and candidate alike.
 *
 * @returns Null for every other error: it says nothing of the item.
 */
function unusableAnswer(error: unknown): Usage | null {
  const isOfItem =
    PersonaAgentError.is(error, "model-output-invalid") ||
    PersonaAgentError.is(error, "config-message-invalid");
  return isOfItem ? usageOfError(error.details) : null;
}
