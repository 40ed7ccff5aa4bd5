import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { AIMessage, type BaseMessage, SystemMessage } from "@langchain/core/messages";
import { mergeConfigs, type RunnableConfig } from "@langchain/core/runnables";
import type { StructuredToolInterface, StructuredToolParams } from "@langchain/core/tools";
import { Command, END, type LangGraphRunnableConfig } from "@langchain/langgraph";
import { instructionsOf } from "../../config/instructions.js";
import { parseRunConfig } from "../../config/parse-settings.js";
import type { RunConfig } from "../../config/turn-settings.js";
import { addUsage, type Usage, usageOfCall, withUsage } from "../../domain/usage.js";
import { PersonaAgentError } from "../../system/errors.js";
import { describeModelError } from "../../model/model-errors.js";
import { refusalIn } from "../../model/read-answer.js";
import { withoutThinking } from "../../model/server/incoming/thinking.js";
import { renderAgentRequest } from "../../prompts/agent/system-message.js";
import type { AgentState, AgentUpdate } from "../../state/agent-state.js";
import { withGuidance } from "../../tools/tool-registry.js";
import { callConfig } from "../model-call-config.js";
import { promptMessages } from "../../state/prompt-messages.js";

export interface ReasonDeps {
  /** The chat model for a role: the one that `models.agent` of the run names, or the process's own. */
  readonly modelFor: (name: string | undefined) => BaseChatModel;
  /** The tools that this run may use. */
  readonly toolsFor: (config: RunConfig) => StructuredToolInterface[];
  /** Of the process; a run's own take their place. */
  readonly instructions?: string;
  /** Called before every model call, when everything else is ready. */
  readonly beforeModel?: () => void;
}

/** Where a turn goes with its answer; a simulation ends with it. */
export type AfterAnswer = "write-memory" | typeof END;

/** Has a model send its answer in pieces, also where nobody follows them: they are a slow model's signs of life. */
const inPieces: RunnableConfig = {
  callbacks: [
    new (class extends BaseCallbackHandler {
      override name = "in-pieces";
      readonly lc_prefer_streaming = true;
    })(),
  ],
};

/** Models that sample are sometimes silent; the client has already retried the transport's faults. */
const mostTries = 2;

/**
 * One model call, from persona, recalled interactions and thread to an answer or tool calls; a second one if the model
 * is silent. When the rounds of tool calls are used up, the tools are removed, so that the model must answer.
 *
 * Errors: `model-*`; `model-output-invalid` if the model stays silent.
 */
export function createReason(
  { modelFor, toolsFor, instructions, beforeModel }: ReasonDeps,
  after: AfterAnswer,
) {
  return async function reason(
    state: AgentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<Command<unknown, AgentUpdate, "execute-tools" | AfterAnswer>> {
    const config = parseRunConfig(runtime);
    const paperSystemPrompt = config.mode === "paper" ? state.paperSystemPrompt : null;
    // A prompt that paper mode wrote replaces all lines, also those about tools.
    const toolLines = paperSystemPrompt === null ? state.personaLines : [];
    const own = withGuidance(toolsFor(config), toolLines, config.mode);
    const tools = [...own, ...callersAmong(own, config)];
    const answerNow = tools.length > 0 && state.toolRound >= config.toolRounds;
    const system = renderAgentRequest({
      mode: config.mode,
      instructions: instructionsOf(config, instructions),
      summary: state.userSummary,
      summaryAt: state.userSummaryAt,
      lines: state.personaLines,
      paperSystemPrompt,
      recalled: state.recalled,
      at: state.turn?.at ?? null,
      locale: state.locale,
      hasTools: tools.length > 0,
      answerNow,
    });
    const thread = promptMessages(state, config.threadTokens);
    const model = modelFor(config.models.agent);
    const bound = tools.length === 0 || answerNow ? model : bind(model, tools);
    const request = [new SystemMessage(system), ...thread];
    const labelled = callConfig(runtime, "answer", { personaVersion: state.personaVersion });
    // Of simulations there are too many for that.
    const answering = after === END ? labelled : mergeConfigs(labelled, inPieces);
    let usage = state.usage;
    // Not by a retry of the node, which would forget the cost of the silent call.
    for (let tries = 0; tries < mostTries; tries++) {
      beforeModel?.();
      const answer = await call(bound, request, answering, usage);
      usage = addUsage(usage, usageOfCall(answer));
      const text = withoutThinking(answer.text);
      const callersCalls = (answer.tool_calls ?? []).filter(({ name }) =>
        config.callerTools.some((tool) => tool.name === name),
      );
      // Calls of ours beside them are dropped: the caller, who brings the results, has no place for ours.
      if (!answerNow && callersCalls.length > 0)
        return new Command({
          goto: after,
          update: { messages: [withCallsOnly(answer, text, callersCalls)], usage },
        });
      if (!answerNow && callCount(answer) > 0)
        return new Command({
          goto: "execute-tools",
          update: { messages: [withReadableCalls(answer, text)], usage },
        });
      if (text.trim() !== "")
        return new Command({ goto: after, update: { messages: [textOnly(answer, text)], usage } });
      const refusal = refusalIn(answer);
      if (refusal !== null)
        throw new PersonaAgentError(
          "model-output-invalid",
          `The model gave no answer: ${refusal.text || refusal.problem} Ask in another way, or use another model.`,
          { details: { usage } },
        );
    }
    throw new PersonaAgentError(
      "model-output-invalid",
      `The model answered with nothing, ${mostTries} times; expected text or a tool call. Ask again, or try another model.`,
      { details: { usage } },
    );
  };
}

/** @throws {PersonaAgentError} `config-invalid` for a name that one of ours has. */
function callersAmong(
  own: readonly StructuredToolParams[],
  { callerTools }: Pick<RunConfig, "callerTools">,
): StructuredToolParams[] {
  const taken = callerTools.find(({ name }) => own.some((tool) => tool.name === name));
  if (taken !== undefined)
    throw new PersonaAgentError(
      "config-invalid",
      `The caller's tool ${taken.name} has the name of a tool of this agent; expected another. Rename it, or leave ours out with \`allowedTools\`.`,
    );
  return callerTools.map(({ name, description = "", parameters = {} }) => ({
    name,
    description,
    schema: parameters,
  }));
}

function withCallsOnly(
  { id, additional_kwargs }: AIMessage,
  text: string,
  tool_calls: NonNullable<AIMessage["tool_calls"]>,
): AIMessage {
  return new AIMessage({ ...(id && { id }), content: text, additional_kwargs, tool_calls });
}

function callCount({ tool_calls = [], invalid_tool_calls = [] }: AIMessage): number {
  return tool_calls.length + invalid_tool_calls.length;
}

/** Keeps calls with unreadable arguments: LangChain drops them, and providers want an answer to every call. */
function withReadableCalls(answer: AIMessage, text: string): AIMessage {
  const { tool_calls = [], invalid_tool_calls = [], additional_kwargs } = answer;
  if (invalid_tool_calls.length === 0 && text === answer.text) return answer;
  const unreadable = invalid_tool_calls.map((invalid, index) => ({
    ...invalid,
    id: invalid.id ?? `unreadable_${index}`,
  }));
  return new AIMessage({
    ...(answer.id && { id: answer.id }),
    content: text,
    // With what the server attached to the calls.
    additional_kwargs,
    tool_calls: [...tool_calls, ...unreadable.map(({ id, name = "" }) => ({ id, name, args: {} }))],
    invalid_tool_calls: unreadable,
  });
}

/** Calls that a model makes after its tools were removed would stay in the thread without an answer. */
function textOnly(answer: AIMessage, text: string): AIMessage {
  if (callCount(answer) === 0 && text === answer.text) return answer;
  return new AIMessage({ ...(answer.id && { id: answer.id }), content: text });
}

function bind(model: BaseChatModel, tools: StructuredToolParams[]) {
  if (model.bindTools === undefined)
    throw new PersonaAgentError(
      "config-invalid",
      `The model ${model._llmType()} takes no tools; expected one that does. Use another model, or set \`allowedTools\` to [] (\`--tools none\` on the command line).`,
    );
  return model.bindTools(tools);
}

async function call(
  model: Pick<BaseChatModel, "invoke">,
  messages: BaseMessage[],
  config: RunnableConfig,
  spent: Usage,
): Promise<AIMessage> {
  try {
    return await model.invoke(messages, config);
  } catch (error) {
    throw withUsage(describeModelError(error, config.signal), spent);
  }
}
