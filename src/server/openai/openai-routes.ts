import type { Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import type { PersonaAgent } from "../../app/persona-agent.js";
import type { TurnResult } from "../../app/ask.js";
import { PersonaAgentError } from "../../system/errors.js";
import { refuse, unknownRoute } from "../answer-errors.js";
import { keepAlive, nameRequest, report } from "../answering.js";
import { errorStatus } from "../http-errors.js";
import type { UserOf } from "../named-user.js";
import { parseBody } from "../verbs/verb-request.js";
import { type ChatRequest, parseChatRequest, readConversation, readTools } from "./chat-request.js";
import { openAiError } from "./openai-errors.js";

export interface OpenAiRoutesOptions {
  readonly userOf: UserOf;
  /** Where errors that are not ours are told, a line each. */
  readonly log: (line: string) => void;
}

/** The one model that is listed. Which model answers is up to the server, so a request may name any. */
const modelName = "persona-agent";
/** Images are in the body, in base64. */
const mostBytes = 32_000_000;
const startedAt = Math.floor(Date.now() / 1_000);
const listed = { id: modelName, object: "model", created: startedAt, owned_by: modelName };

/** OpenAI's protocol, for clients that speak it: `/v1/chat/completions` and `/v1/models`. */
export function addOpenAiRoutes(
  app: Hono,
  agent: PersonaAgent,
  options: OpenAiRoutesOptions,
): void {
  const limit = bodyLimit({
    maxSize: mostBytes,
    onError: (c) => refuse(c, tooLarge, 413, options.log),
  });
  app.post("/v1/chat/completions", limit, (c) => complete(c, agent, options));
  app.get("/v1/models", (c) => answer(c, { object: "list", data: [listed] }));
  app.get("/v1/models/:id", (c) =>
    c.req.param("id") === modelName ? answer(c, listed) : refuse(c, unknownModel, 404, options.log),
  );
  app.all("/v1/*", (c) =>
    refuse(c, unknownRoute(c, "POST /v1/chat/completions or GET /v1/models"), 404, options.log),
  );
}

const tooLarge = new PersonaAgentError(
  "config-invalid",
  "The body is too large; expected at most 32 MB. Send fewer or smaller images.",
);
const unknownModel = new PersonaAgentError(
  "config-invalid",
  `There is no such model; expected ${modelName}. Name it, or ask /v1/models.`,
  { details: { param: "model" } },
);

/** What all parts of one answer say. */
interface Heading {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

async function complete(c: Context, agent: PersonaAgent, options: OpenAiRoutesOptions) {
  // A client that goes away ends the turn, also while its answer is a stream.
  const gone = new AbortController();
  const signal = AbortSignal.any([c.req.raw.signal, gone.signal]);
  try {
    const request = parseChatRequest(parseBody(await c.req.text()));
    const user = await options.userOf(c.req.raw, request.user ?? undefined);
    const conversation = readConversation(request, {
      headers: c.req.raw.headers,
      user,
      operators: agent.instructions,
    });
    const { instructions } = conversation;
    c.header("x-conversation-id", conversation.id);
    const turn = startTurn((onEvent) =>
      agent.ask(user, conversation.messages, {
        threadId: conversation.id,
        settings: {
          ...(instructions !== undefined && { instructions }),
          callerTools: readTools(request),
        },
        signal,
        onEvent,
      }),
    );
    if (request.stream === true) {
      // Until here a refusal has a status of its own.
      const heading = await turn.heading;
      const requestId = nameRequest(c);
      return streamSSE(c, async (stream) => {
        stream.onAbort(() => gone.abort());
        const end = keepAlive(stream);
        try {
          await sendTurn(stream, request, heading, turn);
        } catch (error) {
          if (!signal.aborted) report(error, requestId, options.log);
          await sendData(stream, openAiError(error, requestId));
        } finally {
          end();
        }
      });
    }
    const [heading, result] = await Promise.all([turn.heading, turn.result]);
    if (result.degraded.length > 0) c.header("x-degraded", result.degraded.join(", "));
    const calls = callsOf(result);
    const message = {
      role: "assistant",
      content: result.answer === "" ? null : result.answer,
      refusal: null,
      ...(calls.length > 0 && { tool_calls: calls }),
    };
    return answer(c, {
      ...heading,
      object: "chat.completion",
      choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason(calls) }],
      usage: usageOf(result),
    });
  } catch (error) {
    // Nobody reads what a client that went away is told.
    return refuse(c, error, errorStatus(error), signal.aborted ? undefined : options.log);
  }
}

type OnEvent = NonNullable<NonNullable<Parameters<PersonaAgent["ask"]>[2]>["onEvent"]>;

interface StartedTurn {
  /** Once the turn is admitted. */
  readonly heading: Promise<Heading>;
  readonly result: Promise<TurnResult>;
  /** Gives the pieces of the text, from the first one on. */
  onText(take: (piece: string) => void): void;
  /** Whether text was given since the last tool call. A model that does not stream gives its answer at the end. */
  hasText(): boolean;
}

function startTurn(ask: (onEvent: OnEvent) => Promise<TurnResult>): StartedTurn {
  const created = Math.floor(Date.now() / 1_000);
  const early: string[] = [];
  let take = (piece: string): void => void early.push(piece);
  // Text before a tool call and text after it are two messages to the agent, and one to this protocol.
  let [hasText, isApart] = [false, false];
  let onHeading: ((heading: Heading) => void) | undefined;
  const admitted = new Promise<Heading>((resolve) => (onHeading = resolve));
  const result = ask((event) => {
    if (event.kind === "persona-loaded")
      // The id leads to the interaction, for feedback.
      onHeading?.({ id: `chatcmpl-${event.episodeId}`, created, model: modelName });
    if (event.kind === "tool-started") [hasText, isApart] = [false, isApart || hasText];
    if (event.kind !== "text") return;
    take(isApart ? `\n\n${event.text}` : event.text);
    [hasText, isApart] = [true, false];
  });
  // Not only waited for by the race below.
  result.catch(() => {});
  return {
    heading: Promise.race([admitted, result.then(() => admitted)]),
    result,
    onText(next) {
      for (const piece of early) next(piece);
      take = next;
    },
    hasText: () => hasText,
  };
}

async function sendTurn(
  stream: SSEStreamingApi,
  { stream_options }: ChatRequest,
  heading: Heading,
  turn: StartedTurn,
): Promise<void> {
  const withUsage = stream_options?.include_usage === true;
  const send = (choices: readonly object[], usage: object | null = null) =>
    sendData(stream, {
      ...heading,
      object: "chat.completion.chunk",
      choices,
      ...(withUsage && { usage }),
    });
  const choice = (delta: object, finish_reason: string | null = null) => [
    { index: 0, delta, logprobs: null, finish_reason },
  ];
  await send(choice({ role: "assistant", content: "" }));
  turn.onText((piece) => void send(choice({ content: piece })));
  const result = await turn.result;
  if (!turn.hasText() && result.answer !== "") await send(choice({ content: result.answer }));
  const calls = callsOf(result);
  if (calls.length > 0)
    await send(choice({ tool_calls: calls.map((call, index) => ({ index, ...call })) }));
  await send(choice({}, finishReason(calls)));
  if (withUsage) await send([], usageOf(result));
  await stream.writeSSE({ data: "[DONE]" });
}

/** The calls of the client's own tools, whose results the client sends in its next request. */
function callsOf({ callerCalls = [] }: TurnResult) {
  return callerCalls.map(({ id, name, args }) => ({
    id,
    type: "function",
    function: { name, arguments: JSON.stringify(args) },
  }));
}

function finishReason(calls: readonly object[]) {
  return calls.length > 0 ? "tool_calls" : "stop";
}

function sendData(stream: SSEStreamingApi, data: object): Promise<void> {
  return stream.writeSSE({ data: JSON.stringify(data) });
}

/** Of all model calls of the turn. 0 where the model's provider counts nothing. */
function usageOf({ usage: { tokens } }: TurnResult) {
  return {
    prompt_tokens: tokens.in,
    completion_tokens: tokens.out,
    total_tokens: tokens.in + tokens.out,
  };
}

function answer(c: Context, body: object): Response {
  nameRequest(c);
  return c.json(body);
}
