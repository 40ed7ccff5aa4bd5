import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { AIMessage, type BaseMessage, HumanMessage } from "@langchain/core/messages";
import type { StructuredToolInterface } from "@langchain/core/tools";
import type { RunContext } from "../../config/turn-settings.js";
import { initialPersona, type PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import type { Profile } from "../../domain/profile.js";
import { buildSimulatedAgent } from "../../graph/agent.js";
import type { SimulationMemory } from "../../memory/episodes/leave-one-out-memory.js";
import type { AgentState } from "../../state/agent-state.js";
import type { MethodDeps, OpenCase } from "../method.js";
import { expectWholeMemory } from "./case-memory.js";
import { caseUser } from "./case-user.js";

/** What a method lets the agent see and do; nothing else. */
export interface AgentView {
  /** Interactions for the prompt. */
  readonly recall?: Pick<SimulationMemory["episodes"], "latest" | "similar">;
  readonly profile?: Profile | null;
  readonly persona?: PersonaCheckpoint;
  readonly tools?: readonly StructuredToolInterface[];
  readonly settings?: Omit<RunContext, "userId">;
}

export const noRecall: NonNullable<AgentView["recall"]> = {
  latest: async () => [],
  similar: async () => ({ recalled: [], degraded: [] }),
};

/** Milliseconds; as the agent's own. */
export const toolTimeoutMs = 30_000;

/**
 * The real agent graph over what a method lets it see, without writes. Every method answers through it, so that the model,
 * the prompt's wording and order, and the reading of answers are the same for all.
 */
export function openCaseAgent(
  { recall = noRecall, profile = null, persona = initialPersona, tools = [], settings }: AgentView,
  now: () => Date,
  { model, signal }: Pick<MethodDeps, "model" | "signal">,
): OpenCase {
  const graph = buildSimulatedAgent({
    episodes: { ...recall, findTurn: async () => null },
    profiles: { current: async () => profile },
    personas: { head: async () => persona },
    modelFor: () => model,
    toolsFor: () => [...tools],
    toolTimeoutMs,
    now,
  }).compile({ name: "agent", checkpointer: false });
  return {
    async answer({ id, input }) {
      const prompt = recordPrompt();
      const question = new HumanMessage({ id, content: input });
      const state = (await graph.invoke(
        { messages: [question] },
        {
          context: { ...settings, userId: caseUser },
          callbacks: [prompt.handler],
          // LangGraph never removes its listener, and all questions share the run's signal.
          signal: AbortSignal.any([signal]),
        },
      )) as AgentState;
      expectWholeMemory(state.degraded);
      return {
        output: state.messages.findLast((message) => AIMessage.isInstance(message))?.text ?? "",
        prompt: prompt.text(),
        usage: state.usage,
        tools: state.tools.map(({ name }) => name),
      };
    },
  };
}

/** Collects the messages sent for one answer, each once: a later call repeats those of the calls before. */
function recordPrompt(): {
  readonly handler: BaseCallbackHandler;
  readonly text: () => string;
} {
  const sent: string[] = [];
  let last: readonly string[] = [];
  return {
    handler: Object.assign(
      BaseCallbackHandler.fromMethods({
        handleChatModelStart(_model, [messages = []]) {
          const shown = messages.map(show);
          sent.push(...shown.filter((text, place) => text !== last[place]));
          last = shown;
        },
      }),
      { awaitHandlers: true },
    ),
    text: () => sent.join("\n\n"),
  };
}

function show(message: BaseMessage): string {
  const calls = AIMessage.isInstance(message) ? (message.tool_calls ?? []) : [];
  const called = calls.map(({ name, args }) => `${name}(${JSON.stringify(args)})`);
  return [`[${message.type}]`, ...(message.text === "" ? [] : [message.text]), ...called].join(
    "\n",
  );
}
