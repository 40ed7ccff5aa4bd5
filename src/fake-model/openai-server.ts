import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
  answerPieces,
  callIndex,
  quirkyCall,
  type ServerQuirks,
  whyRefused,
} from "./server-quirks.js";

/** One request as it came, already parsed. */
export interface OpenAiRequest {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ToolCallReply {
  readonly name: string;
  /** Arguments as an object, or as text that is sent as it is. */
  readonly args: object | string;
  readonly id?: string;
}

/** What the server does with one request. */
export type OpenAiReply =
  /** An answer, streamed word by word when the request asks for a stream. */
  | {
      readonly kind: "message";
      readonly text?: string;
      readonly toolCalls?: readonly ToolCallReply[];
      readonly refusal?: string;
      readonly finishReason?: string;
    }
  | { readonly kind: "embeddings"; readonly vectorOf: (text: string) => number[] }
  /** A refusal or a failure, in OpenAI's form of an error. */
  | {
      readonly kind: "error";
      readonly status: number;
      readonly message?: string;
      readonly code?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Any status and body. */
  | {
      readonly kind: "raw";
      readonly status?: number;
      readonly type?: string;
      readonly body: string;
    }
  /** Takes the request and never says a word. */
  | { readonly kind: "silence" }
  /** Streams `text`, then nothing more: the connection stays open. */
  | { readonly kind: "stall"; readonly text: string }
  /** Streams `text`, then cuts the connection. */
  | { readonly kind: "cut"; readonly text: string }
  /** Streams `text` again and again for as long as somebody reads it; spaces where no stream was asked for. */
  | { readonly kind: "loop"; readonly text: string };

export interface OpenAiServer {
  /** Base address, as `OPENAI_BASE_URL` takes it. */
  readonly url: string;
  /** Every request that was not refused for a quirk, in the order they came. */
  readonly requests: OpenAiRequest[];
  /** Why requests were refused for a quirk, in the order they came. */
  readonly refusals: string[];
  /** Fails when a request was not scripted, or a scripted reply was never asked for. */
  assertUsedUp(): void;
  close(): Promise<void>;
}

/** Usage that every answer reports. */
export const scriptedUsage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };

/**
 * A server on the loopback that talks OpenAI's protocol, so that the real client is what is tested.
 *
 * @param script - A reply per request, in order; or a function of the request, which may throw. A request
 * beyond the script gets a 400 that says so, and fails `assertUsedUp`.
 * @param options - `waitMs`: how long every request waits for its reply, in milliseconds; may be changed later. `port`:
 *   the port to listen on; any free one unless given.
 * @param quirks - How it differs from OpenAI's.
 */
export async function startOpenAiServer(
  script: readonly OpenAiReply[] | ((request: OpenAiRequest) => OpenAiReply | Promise<OpenAiReply>),
  options: { readonly waitMs?: number; readonly port?: number } = {},
  quirks: ServerQuirks = {},
): Promise<OpenAiServer> {
  const requests: OpenAiRequest[] = [];
  const refusals: string[] = [];
  const known = new Set<string>();
  const faults: string[] = [];
  const queue = typeof script === "function" ? [] : [...script];

  const replyTo = async (request: OpenAiRequest): Promise<OpenAiReply> => {
    const reply = typeof script === "function" ? await script(request) : queue.shift();
    if (reply === undefined) throw new Error(`request #${requests.length} was not scripted`);
    const path = reply.kind === "embeddings" ? "/v1/embeddings" : "/v1/chat/completions";
    if ((reply.kind === "message" || reply.kind === "embeddings") && request.path !== path)
      throw new Error(`a reply for ${path} was scripted, but ${request.path} was asked`);
    return reply;
  };

  const server = createServer((incoming, outgoing) => {
    void readRequest(incoming).then(async (request) => {
      if (request === null)
        return sendJson(outgoing, 400, { error: { message: "The body is no JSON object." } });
      const refused = whyRefused(request, quirks);
      if (refused !== undefined) {
        refusals.push(refused);
        return send({ kind: "error", status: 400, message: refused }, request, outgoing, quirks);
      }
      const body = JSON.stringify(request.body);
      const isNew = !known.has(body);
      if (isNew && known.add(body).size % (quirks.stumbles ?? Infinity) === 0)
        return send(stumble(request), request, outgoing, quirks);
      requests.push(request);
      try {
        const reply = await replyTo(request);
        if (options.waitMs) await sleep(options.waitMs);
        send(reply, request, outgoing, quirks);
      } catch (error) {
        const fault = `OpenAiServer: ${error instanceof Error ? error.message : String(error)}.`;
        faults.push(fault);
        send({ kind: "error", status: 400, message: fault }, request, outgoing, quirks);
      }
    });
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    refusals,
    assertUsedUp() {
      const [fault] = faults;
      if (fault !== undefined) throw new Error(fault);
      if (queue.length > 0) throw new Error(`OpenAiServer: ${queue.length} replies left unasked.`);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** An error with status 200. */
function stumble({ body }: OpenAiRequest): OpenAiReply {
  const error = { error: { message: "Provider returned error", code: 429 } };
  return body["stream"] === true
    ? { kind: "raw", type: "text/event-stream", body: `: PROCESSING\n\n${event(error)}` }
    : { kind: "raw", body: JSON.stringify(error) };
}

/** @returns `null` where the body is no JSON object. */
async function readRequest(incoming: IncomingMessage): Promise<OpenAiRequest | null> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  const text = Buffer.concat(pieces).toString();
  const body = parseBody(text);
  return body && { path: incoming.url ?? "", headers: incoming.headers, body };
}

/** @returns `null` for what is no JSON object. */
function parseBody(text: string): Record<string, unknown> | null {
  try {
    const body: unknown = text === "" ? {} : JSON.parse(text);
    const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
    return isObject ? (body as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function send(
  reply: OpenAiReply,
  request: OpenAiRequest,
  outgoing: ServerResponse,
  quirks: ServerQuirks,
) {
  switch (reply.kind) {
    case "message":
      if (request.body["stream"] === true)
        return sendStream(asWritten(reply, quirks), request, outgoing, quirks);
      return sendJson(outgoing, 200, completion(asWritten(reply, quirks), request, quirks));
    case "embeddings":
      return sendJson(outgoing, 200, embeddings(reply.vectorOf, request));
    case "error": {
      const { status, message = "scripted failure", code = null, headers = {} } = reply;
      const error = { error: { message, type: "scripted", param: null, code } };
      return sendJson(outgoing, status, quirks.listsErrors === true ? [error] : error, headers);
    }
    case "raw":
      outgoing.writeHead(reply.status ?? 200, { "content-type": reply.type ?? "application/json" });
      outgoing.end(reply.body);
      return;
    case "silence":
      return;
    case "stall":
      startStream(outgoing);
      outgoing.write(event(chunk(request, { role: "assistant", content: reply.text })));
      return;
    case "cut":
      startStream(outgoing);
      outgoing.write(event(chunk(request, { role: "assistant", content: reply.text })), () =>
        outgoing.destroy(),
      );
      return;
    case "loop":
      return sendForEver(reply.text, request, outgoing);
  }
}

function sendForEver(text: string, request: OpenAiRequest, outgoing: ServerResponse) {
  const isStream = request.body["stream"] === true;
  if (isStream) startStream(outgoing);
  else outgoing.writeHead(200, { "content-type": "application/json" });
  const piece = isStream ? event(chunk(request, { role: "assistant", content: text })) : " ";
  const more = setInterval(() => outgoing.write(piece), 20);
  outgoing.on("close", () => clearInterval(more));
}

type MessageReply = Extract<OpenAiReply, { kind: "message" }>;

function completion(reply: MessageReply, request: OpenAiRequest, quirks: ServerQuirks) {
  const { text, refusal = null } = reply;
  const calls = toolCalls(reply).map((call, index) => quirkyCall(call, index, quirks));
  return {
    ...base(request),
    object: "chat.completion",
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          ...whole(answerPieces(text === undefined ? [] : [text], quirks)),
          refusal,
          ...(calls.length === 0 ? {} : { tool_calls: calls }),
        },
        logprobs: null,
        finish_reason: finishReason(reply),
      },
    ],
    usage: scriptedUsage,
  };
}

/** The pieces of an answer in one message. */
function whole(pieces: readonly Record<string, unknown>[]): Record<string, unknown> {
  const contents = pieces.map(({ content }) => content ?? "");
  const content = contents.some(Array.isArray) ? contents.flat() : contents.map(String).join("");
  return { ...pieces[0], content: pieces.length === 0 ? null : content };
}

/** As OpenAI streams: the role, then words, or a call's name and then its arguments in pieces; usage only if asked. */
function sendStream(
  reply: MessageReply,
  request: OpenAiRequest,
  outgoing: ServerResponse,
  quirks: ServerQuirks,
) {
  startStream(outgoing);
  const write = (delta: object, finish: string | null = null) =>
    outgoing.write(event(chunk(request, delta, finish)));
  write({ role: "assistant", content: reply.toolCalls === undefined ? "" : null });
  for (const piece of answerPieces(reply.text?.match(/\S+\s*|\s+/g) ?? [], quirks)) write(piece);
  for (const word of reply.refusal?.match(/\S+\s*/g) ?? []) write({ refusal: word });
  for (const [index, call] of toolCalls(reply).entries()) {
    const { name, arguments: text } = call.function;
    const first = { ...call, function: { name, arguments: "" } };
    const at = callIndex(index, quirks);
    write({ tool_calls: [{ ...at, ...quirkyCall(first, index, quirks) }] });
    for (const piece of text.match(/[\s\S]{1,9}/g) ?? [])
      write({ tool_calls: [{ ...at, function: { arguments: piece } }] });
  }
  const usage = {
    ...(quirks.usage === "x_groq" && { x_groq: { usage: scriptedUsage } }),
    ...(quirks.usage === "always" && { usage: scriptedUsage }),
  };
  outgoing.write(event({ ...chunk(request, {}, finishReason(reply)), ...usage }));
  const options = request.body["stream_options"] as { include_usage?: boolean } | undefined;
  if (options?.include_usage === true && quirks.usage === undefined)
    outgoing.write(
      event({
        ...base(request),
        object: "chat.completion.chunk",
        choices: [],
        usage: scriptedUsage,
      }),
    );
  outgoing.end("data: [DONE]\n\n");
}

function embeddings(vectorOf: (text: string) => number[], request: OpenAiRequest) {
  const input = request.body["input"];
  const texts = (Array.isArray(input) ? input : [input]) as string[];
  // OpenAI's own client asks for base64 unless its caller names a format.
  const encoded = (text: string) =>
    request.body["encoding_format"] === "base64" ? base64Of(vectorOf(text)) : vectorOf(text);
  return {
    object: "list",
    model: request.body["model"],
    data: texts.map((text, index) => ({ object: "embedding", index, embedding: encoded(text) })),
    usage: { prompt_tokens: 3, total_tokens: 3 },
  };
}

function base64Of(vector: readonly number[]): string {
  return Buffer.from(Float32Array.from(vector).buffer).toString("base64");
}

/** With its calls in the text, where nothing reads them out of it. */
function asWritten(reply: MessageReply, quirks: ServerQuirks): MessageReply {
  const { toolCalls: calls = [], ...answer } = reply;
  if (quirks.writesCalls !== true || calls.length === 0) return reply;
  const written = calls.map(({ name, args }) => {
    const text = typeof args === "string" ? args : JSON.stringify(args);
    return `<tool_call>\n{"name": ${JSON.stringify(name)}, "arguments": ${text}}\n</tool_call>`;
  });
  return { ...answer, text: [reply.text ?? "", ...written].join("\n") };
}

function toolCalls({ toolCalls: calls = [] }: MessageReply) {
  return calls.map(({ name, args, id }, index) => ({
    id: id ?? `call_${index}`,
    type: "function",
    function: { name, arguments: typeof args === "string" ? args : JSON.stringify(args) },
  }));
}

function finishReason({ finishReason: given, toolCalls: calls }: MessageReply): string {
  return given ?? (calls === undefined ? "stop" : "tool_calls");
}

function base(request: OpenAiRequest) {
  return { id: "chatcmpl-scripted", created: 1_700_000_000, model: request.body["model"] };
}

function chunk(request: OpenAiRequest, delta: object, finish: string | null = null) {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
  return { ...base(request), object: "chat.completion.chunk", choices };
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function startStream(outgoing: ServerResponse) {
  outgoing.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
}

function sendJson(
  outgoing: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
) {
  outgoing.writeHead(status, { "content-type": "application/json", ...headers });
  outgoing.end(JSON.stringify(body));
}
