import {
  AIMessage,
  type BaseMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from "@langchain/core/messages";
import { OfflineChatModel } from "../model/offline/offline-chat-model.js";
import { embedOffline } from "../model/offline/offline-embeddings.js";
import type { OpenAiReply, OpenAiRequest } from "./openai-server.js";
import type { ServerQuirks } from "./server-quirks.js";

interface Asked {
  readonly messages?: readonly AskedMessage[];
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
  readonly tool_choice?: unknown;
  readonly response_format?: {
    readonly json_schema?: { readonly name: string; readonly schema: object };
  };
}

interface AskedMessage {
  readonly role: string;
  readonly content?: string | readonly { readonly text?: string }[] | null;
  readonly tool_calls?: readonly {
    readonly id?: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
  readonly tool_call_id?: string;
}

const models = JSON.stringify({ object: "list", data: [{ id: "offline", object: "model" }] });

/**
 * What a server answers: the next line of a script, and the offline model where there is none. Embeddings and the list
 * of models are never scripted.
 */
export function offlineReplies(
  script: readonly OpenAiReply[],
  { callsEveryRound = false }: ServerQuirks,
): (request: OpenAiRequest) => Promise<OpenAiReply> {
  const queue = [...script];
  return async ({ path, body }) => {
    if (path === "/v1/embeddings") return { kind: "embeddings", vectorOf: embedOffline };
    if (path === "/v1/models") return { kind: "raw", body: models };
    if (path !== "/v1/chat/completions")
      return { kind: "error", status: 404, message: `There is no ${path} here.` };
    const asked = body as Asked;
    return queue.shift() ?? (callsEveryRound ? firstCall(asked) : null) ?? answerOffline(asked);
  };
}

function firstCall({ messages = [], tools = [] }: Asked): OpenAiReply | null {
  const [tool] = tools;
  if (tool === undefined) return null;
  const query = textOf(messages.findLast(({ role }) => role === "user"));
  return { kind: "message", toolCalls: [{ name: tool.function.name, args: { query } }] };
}

/** A schema that is asked for is offered as a tool, because that is how the offline model knows it. */
async function answerOffline(asked: Asked): Promise<OpenAiReply> {
  const format = asked.response_format?.json_schema;
  const offered = asked.tool_choice === "none" ? [] : (asked.tools ?? []);
  const tools =
    format === undefined
      ? offered
      : [{ type: "function", function: { name: format.name, parameters: format.schema } }];
  const { text, tool_calls: calls = [] } = await new OfflineChatModel()
    .bindTools([...tools])
    .invoke((asked.messages ?? []).map(toMessage));
  if (format !== undefined && calls[0] !== undefined)
    return { kind: "message", text: JSON.stringify(calls[0].args) };
  if (calls.length === 0) return { kind: "message", text };
  return {
    kind: "message",
    toolCalls: calls.map(({ name, args, id = "" }) => ({ name, args, id })),
  };
}

function toMessage(message: AskedMessage): BaseMessage {
  const content = textOf(message);
  switch (message.role) {
    case "system":
    case "developer":
      return new SystemMessage(content);
    case "assistant": {
      const calls = (message.tool_calls ?? []).map(
        ({ id, function: { name, arguments: args } }) => ({
          name,
          args: readArguments(args),
          ...(id !== undefined && { id }),
        }),
      );
      return new AIMessage({ content, tool_calls: calls });
    }
    case "tool":
      return new ToolMessage({ content, tool_call_id: message.tool_call_id ?? "" });
    default:
      return new HumanMessage(content);
  }
}

function textOf({ content }: Pick<AskedMessage, "content"> = {}): string {
  if (typeof content === "string") return content;
  return (content ?? []).map(({ text = "" }) => text).join("");
}

function readArguments(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}
