// A server that speaks Anthropic's Messages protocol: https://docs.anthropic.com/en/api/messages.
import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from "@langchain/core/messages";
import type { BaseMessage } from "@langchain/core/messages";
import {
  type Answer,
  answerOffline,
  countTokens,
  type Loopback,
  Refusal,
  sendJson,
  startLoopback,
  words,
} from "./serve.js";

interface Block {
  readonly type: string;
  readonly text?: string;
  readonly id?: string;
  readonly name?: string;
  readonly input?: Record<string, unknown>;
  readonly tool_use_id?: string;
  readonly content?: string | readonly Block[];
}

interface Body {
  readonly model?: string;
  readonly max_tokens?: number;
  readonly stream?: boolean;
  readonly system?: string | readonly Block[];
  readonly messages?: readonly {
    readonly role: string;
    readonly content: string | readonly Block[];
  }[];
  readonly tools?: readonly { readonly name: string; readonly input_schema: object }[];
}

/** Its address is what `anthropicApiUrl` takes. */
export function startAnthropicServer(answer: Answer = answerOffline): Promise<Loopback> {
  return startLoopback(
    async ({ path, headers, body: unread }, response) => {
      const body = unread as Body;
      if (path !== "/v1/messages") throw new Refusal(404, `There is no ${path} here.`);
      if (!headers["x-api-key"]) throw new Refusal(401, "x-api-key header is required");
      if (!headers["anthropic-version"])
        throw new Refusal(400, "anthropic-version: header is required");
      const { model, max_tokens: maxTokens, messages = [], tools = [] } = body;
      if (model === undefined || !Number.isInteger(maxTokens))
        throw new Refusal(400, "model and max_tokens: Field required");
      const reply = await answer({
        messages: [
          ...(body.system === undefined ? [] : [new SystemMessage(textOf(body.system))]),
          ...messages.flatMap(toMessages),
        ],
        tools: tools.map(({ name, input_schema: parameters }) => ({ name, parameters })),
      });
      const { text, tool_calls: calls = [] } = reply;
      const content = [
        ...(text === "" ? [] : [{ type: "text" as const, text }]),
        ...calls.map(({ id = "", name, args }, place) => {
          const input = args as Record<string, unknown>;
          return { type: "tool_use" as const, id: id || `toolu_${place}`, name, input };
        }),
      ];
      const stop_reason = calls.length > 0 ? "tool_use" : "end_turn";
      const usage = { input_tokens: countTokens(body), output_tokens: countTokens(content) };
      const message = {
        id: "msg_loopback",
        type: "message",
        role: "assistant",
        model,
        stop_sequence: null,
      };
      if (body.stream !== true)
        return sendJson(response, { ...message, content, stop_reason, usage });
      response.writeHead(200, { "content-type": "text/event-stream" });
      const send = (event: { readonly type: string }) =>
        response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
      const started = {
        ...message,
        content: [],
        stop_reason: null,
        usage: { ...usage, output_tokens: 1 },
      };
      send({ type: "message_start", message: started } as never);
      for (const [index, block] of content.entries()) {
        const isText = block.type === "text";
        const content_block = isText ? { ...block, text: "" } : { ...block, input: {} };
        send({ type: "content_block_start", index, content_block } as never);
        const pieces = isText
          ? words(block.text).map((piece) => ({ type: "text_delta", text: piece }))
          : (JSON.stringify(block.input).match(/[\s\S]{1,20}/g) ?? []).map((piece) => ({
              type: "input_json_delta",
              partial_json: piece,
            }));
        for (const delta of pieces) send({ type: "content_block_delta", index, delta } as never);
        send({ type: "content_block_stop", index } as never);
      }
      const { output_tokens } = usage;
      const delta = { stop_reason, stop_sequence: null };
      send({ type: "message_delta", delta, usage: { output_tokens } } as never);
      send({ type: "message_stop" });
      response.end();
    },
    ({ status, message }) => ({
      type: "error",
      error: {
        type: status === 401 ? "authentication_error" : "invalid_request_error",
        message,
      },
    }),
  );
}

/** A message of a user holds the results of tools. */
function toMessages({ role, content }: NonNullable<Body["messages"]>[number]): BaseMessage[] {
  const blocks: readonly Block[] =
    typeof content === "string" ? [{ type: "text", text: content }] : content;
  const unknown = blocks.find(({ type }) => !/^(text|tool_use|tool_result)$/.test(type));
  if (unknown !== undefined) throw new Refusal(400, `messages: unknown block ${unknown.type}`);
  const text = textOf(blocks.filter(({ type }) => type === "text"));
  if (role === "assistant") {
    const calls = blocks.filter(({ type }) => type === "tool_use");
    return [
      new AIMessage({
        content: text,
        tool_calls: calls.map(({ id = "", name = "", input = {} }) => ({ id, name, args: input })),
      }),
    ];
  }
  const results = blocks.filter(({ type }) => type === "tool_result");
  return [
    ...results.map(
      ({ tool_use_id: tool_call_id = "", content: result = "" }) =>
        new ToolMessage({ content: textOf(result), tool_call_id }),
    ),
    ...(text === "" ? [] : [new HumanMessage(text)]),
  ];
}

function textOf(content: string | readonly Block[]): string {
  return typeof content === "string" ? content : content.map(({ text = "" }) => text).join("");
}
