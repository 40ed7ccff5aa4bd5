import { AIMessage, type BaseMessage, HumanMessage } from "@langchain/core/messages";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { answeringSettings } from "../../config/alignment-settings.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import type { RunContext } from "../../config/turn-settings.js";
import type { SimulatedAnswer } from "../../domain/alignment/simulated-answer.js";
import { initialPersona } from "../../domain/persona/persona-checkpoint.js";
import { scorerFor } from "../../domain/scoring/scorer.js";
import { usageOfError } from "../../domain/usage.js";
import { PersonaAgentError } from "../../system/errors.js";
import {
  leaveOneOutMemory,
  type SimulationMemory,
} from "../../memory/episodes/leave-one-out-memory.js";
import type { AgentState } from "../../state/agent-state.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import type { AlignmentUpdate, SimulationTask } from "../../state/alignment-state.js";
import { expectManyListeners } from "../../system/abort-listeners.js";
import { createStaggeredStart } from "../../system/staggered-start.js";
import { withoutResult } from "./failed-items.js";
import { type PrefetchDeps, prefetchRecall } from "./prefetch-recall.js";

/** How the agent graph is run, besides the messages. */
export interface SimulatedRun {
  readonly memory: SimulationMemory;
  /** The agent's present; `null` for the real one. */
  readonly at: string | null;
  readonly context: RunContext;
  readonly signal: AbortSignal;
  /** Called before every model call, when everything else is ready. */
  readonly beforeModel: () => void;
}

export interface SimulateDeps extends PrefetchDeps {
  /** Runs the agent graph over this memory, with the tools that a simulation may use. */
  readonly runAgent: (messages: BaseMessage[], run: SimulatedRun) => Promise<AgentState>;
}

/** What one simulation of a task may know. */
export function memoryOf(
  { runId, persona, taught, profile, locale, item }: SimulationTask,
  { recallOf }: Pick<SimulateDeps, "recallOf">,
  leaveOneOut: boolean,
): SimulationMemory {
  const { key, ...content } = persona;
  return leaveOneOutMemory({ episodes: recallOf(runId) }, item, {
    persona: { ...initialPersona, id: key, ...content },
    taught,
    profile,
    locale,
    leaveOneOut,
  });
}

/** Answers one item under one persona. The same node under two names: before there are candidates, and to compare them. */
export function createSimulate(deps: SimulateDeps) {
  return async function simulate(
    task: SimulationTask,
    runtime: LangGraphRunnableConfig,
  ): Promise<AlignmentUpdate> {
    const { persona, item, repeat } = task;
    try {
      const answer = await simulated(task, runtime, deps);
      return { answers: [answer], usage: answer.usage };
    } catch (error) {
      const subject = { persona: persona.key, episodeId: item.episodeId, repeat };
      return withoutResult(error, { step: "answer", ...subject }, runtime);
    }
  };
}

/** How many of a run's simulations prepare their model call together; see docs/decisions/0011-alignment-graph.md. */
const staggered = createStaggeredStart(8);

async function simulated(
  task: SimulationTask,
  runtime: LangGraphRunnableConfig,
  { recallOf, now, runAgent }: SimulateDeps,
): Promise<SimulatedAnswer> {
  const { runId, persona, role, locale, item, repeat } = task;
  const { episodeId, earlier, query, groundTruth, at } = item;
  const config = parseAlignConfig(runtime);
  expectManyListeners(runtime);
  // The task may have waited until the run had ended.
  runtime.signal?.throwIfAborted();
  // Before the staggered start, which only makes computation wait for computation.
  await prefetchRecall(item, { runId, config, locale }, { recallOf, now });
  const answer = await staggered(runId, async (release): Promise<Answered> => {
    const failed = new AbortController();
    const memory = abortingMemory(memoryOf(task, { recallOf }, config.leaveOneOut), failed);
    const signal = AbortSignal.any([failed.signal, ...(runtime.signal ? [runtime.signal] : [])]);
    expectManyListeners({ signal });
    const messages = [
      ...earlier.flatMap((turn) => [new HumanMessage(turn.query), new AIMessage(turn.response)]),
      new HumanMessage({ id: `simulated-${episodeId}`, content: query }),
    ];
    try {
      const context = answeringSettings(config);
      const state = await runAgent(messages, { memory, at, context, signal, beforeModel: release });
      failed.signal.throwIfAborted();
      return answerFrom(state);
    } catch (error) {
      failed.signal.throwIfAborted();
      return unusableAnswer(error);
    }
  });
  const score = answer.text === "" ? 0 : scorerFor(query, groundTruth).score(answer.text);
  const event = { kind: "item-simulated", persona: role, episodeId, score } as const;
  runtime.writer?.(event satisfies AlignmentEvent);
  return { persona: persona.key, episodeId, repeat, ...answer, score };
}

/** The agent's part of a simulated answer. */
type Answered = Omit<SimulatedAnswer, "persona" | "episodeId" | "repeat" | "score">;

/** Memory whose failure ends the simulation and the run: scores without memory say nothing of the persona. */
function abortingMemory(
  { episodes, ...rest }: SimulationMemory,
  failed: AbortController,
): SimulationMemory {
  const orAbort = <Found>(reading: Promise<Found>) =>
    reading.catch((error: unknown) => {
      failed.abort(error);
      // Not the error itself: a node would work around that.
      throw new Error("The simulation has ended.", { cause: error });
    });
  return {
    ...rest,
    episodes: {
      ...episodes,
      latest: (...args) => orAbort(episodes.latest(...args)),
      similar: (...args) => orAbort(episodes.similar(...args)),
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
 * The empty answer to an item that the model cannot answer: it is silent, refuses, or no turn would accept the question.
 * Such an answer is wrong, for parent and candidate alike.
 *
 * @throws Every other error: it says nothing of the item.
 */
function unusableAnswer(error: unknown): Answered {
  const isOfItem =
    PersonaAgentError.is(error, "model-output-invalid") ||
    PersonaAgentError.is(error, "config-message-invalid");
  if (!isOfItem) throw error;
  const usage = usageOfError(error.details);
  return { text: "", recalled: [], toolCalls: [], degraded: ["no-answer"], usage };
}
