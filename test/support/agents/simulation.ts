import { AIMessage, HumanMessage } from "@langchain/core/messages";
import type { BindToolsInput } from "@langchain/core/language_models/chat_models";
import { convertToOpenAITool } from "@langchain/core/utils/function_calling";
import { END, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { type BaseStore, InMemoryStore, MemorySaver } from "@langchain/langgraph-checkpoint";
import type { RunContext } from "../../../src/config/turn-settings.js";
import type { AlignmentItem } from "../../../src/domain/alignment/alignment-item.js";
import { buildSimulatedAgent } from "../../../src/graph/agent.js";
import {
  inSimulation,
  simulation,
  simulationMemory,
} from "../../../src/graph/simulation-context.js";
import {
  leaveOneOutMemory,
  type SimulationGiven,
  type SimulationMemory,
} from "../../../src/memory/episodes/leave-one-out-memory.js";
import type { AgentState } from "../../../src/state/agent-state.js";
import { createRecallMemory } from "../../../src/tools/recall-memory.js";
import { createToolRegistry, type GivenTool } from "../../../src/tools/tool-registry.js";
import { callsTools, ScriptedModel } from "../models/scripted-model.js";

/** A scripted model that also remembers how the tools were described to it. */
class CardKeepingModel extends ScriptedModel {
  readonly cards: string[] = [];
  override bindTools(tools: BindToolsInput[]) {
    this.cards.push(JSON.stringify(tools.map((tool) => convertToOpenAITool(tool as never))));
    return super.bindTools(tools);
  }
}

export interface SimulationUnderTest {
  readonly memory: Parameters<typeof leaveOneOutMemory>[0];
  /** What the run inherits from the graph whose node runs it. */
  readonly store: BaseStore;
  readonly item: AlignmentItem;
  readonly given: SimulationGiven;
  readonly context: RunContext;
  /** Calls of the first round; of tools beside `recall_memory` too. */
  readonly calls: readonly {
    readonly name: string;
    readonly args: Record<string, unknown>;
  }[];
  readonly tools?: readonly GivenTool[];
}

/**
 * The item's question, put to the real agent graph over the memory of before it, from a node of a graph with a store
 * and a checkpointer, as an alignment does. A graph run from a node inherits store, thread and checkpointer: each has
 * to be taken away by name, and a store given to `compile` does not do it.
 *
 * @returns All that the model was told, in messages and in descriptions of tools; and the state that the run ended in.
 */
export async function simulate({ memory, item, given, context, ...parts }: SimulationUnderTest) {
  const model = new CardKeepingModel([callsTools(...parts.calls), "An answer."]);
  const before: SimulationMemory = leaveOneOutMemory(memory, item, given);
  const registry = createToolRegistry([
    createRecallMemory(simulationMemory),
    ...(parts.tools ?? []),
  ]);
  const agent = buildSimulatedAgent({
    ...simulationMemory,
    modelFor: () => model,
    toolsFor: () => registry.select(),
    toolTimeoutMs: 30_000,
    now: () => simulation().now(),
  }).compile({ checkpointer: false });
  const now = () => new Date("2026-05-01T10:00:00.000Z");

  const earlier = item.earlier.flatMap(({ query, response }) => [
    new HumanMessage(query),
    new AIMessage(response),
  ]);
  let state: AgentState | undefined;
  const outer = new StateGraph(MessagesAnnotation)
    .addNode("simulate", async () => {
      state = (await inSimulation({ memory: before, now, beforeModel: () => {} }, () =>
        agent.invoke(
          { messages: [...earlier, new HumanMessage(item.query)] },
          { context, store: new InMemoryStore(), configurable: { thread_id: undefined } },
        ),
      )) as AgentState;
      return {};
    })
    .addEdge(START, "simulate")
    .addEdge("simulate", END)
    .compile({ store: parts.store, checkpointer: new MemorySaver() });
  await outer.invoke({ messages: [] }, { configurable: { thread_id: "alignment" } });
  model.assertUsedUp();
  if (state === undefined) throw new Error("The simulation ended without a state.");

  const texts = model.calls.flat().map(({ text }) => text);
  return { state, told: [...texts, ...model.cards].join("\n") };
}
