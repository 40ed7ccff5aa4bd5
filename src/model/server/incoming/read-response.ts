import { AnswerReader } from "./answer-reader.js";
import type { Waits } from "./thinking.js";
import { isRecord, recordsOf, textIn, type JsonRecord } from "../json.js";
import { faultInAnswer, faultInText, type ServerFault } from "./server-fault.js";
import { noteReasoning, type ServerHabits } from "../outgoing/server-habits.js";
import { joinedAnswer } from "./joined-answer.js";
import { areEvents, encodeEvent, readEvents, type ServerEvent } from "./server-sent-events.js";

export interface ResponseReadOptions {
  /** The body of the request that is answered, as the client asked it. */
  readonly request: JsonRecord;
  readonly habits: ServerHabits;
  /** Blots out keys. */
  readonly clean: (text: string) => string;
}

/**
 * A server's response as OpenAI would have sent it. An error with status 200, also as the first event of a stream, gets
 * the status that it stands for.
 *
 * @param body - The response's, under the time limits.
 */
export async function readResponse(
  response: Response,
  body: ReadableStream<Uint8Array> | null,
  options: ResponseReadOptions,
): Promise<Response> {
  if (body === null) {
    const message = `nothing came but the status ${response.status}`;
    return refusal(response, { status: 502, code: null, message }, options);
  }
  const isStream = options.request["stream"] === true;
  const isPage = /json|html/i.test(response.headers.get("content-type") ?? "");
  if (response.ok && isStream && !isPage) return readStream(response, body, options);
  const text = await new Response(body).text();
  if (!response.ok) return refusal(response, faultInText(text, response.status), options);
  if (areEvents(text)) return readEventsIn(text, response, options);
  const answer = jsonIn(text);
  // What is no JSON is the client's to report.
  if (answer === undefined) return new Response(text, { headers: response.headers });
  const fault = faultInAnswer(answer);
  if (fault !== null) return refusal(response, fault, options);
  if (isRecord(answer) && Array.isArray(answer["data"]))
    return Response.json(readEmbeddings(answer));
  if (!isRecord(answer) || !Array.isArray(answer["choices"])) return Response.json(answer);
  const reader = readerOf(options.request, "always");
  const whole = reader.readWhole(answer);
  if (reader.hasText) noteReasoning(options.habits, reader);
  return isStream ? eventStream(asEvents(whole)) : Response.json(whole);
}

/**
 * Vectors as numbers, in the order of the texts: some servers send base64 whatever is asked, some as they finish, some
 * each in a list of its own.
 */
function readEmbeddings(answer: JsonRecord): JsonRecord {
  const data = recordsOf(answer["data"]).map(({ embedding, ...rest }): JsonRecord => {
    if (Array.isArray(embedding) && embedding.length === 1 && Array.isArray(embedding[0]))
      return { ...rest, embedding: embedding[0] };
    if (typeof embedding !== "string") return { ...rest, embedding };
    const bytes = Uint8Array.from(Buffer.from(embedding, "base64"));
    return { ...rest, embedding: [...new Float32Array(bytes.buffer)] };
  });
  return {
    ...answer,
    data: data.toSorted((a, b) => Number(a["index"] ?? 0) - Number(b["index"] ?? 0)),
  };
}

/** An error as OpenAI's client reads it. */
function refusal(
  { headers }: Response,
  fault: ServerFault,
  { clean }: ResponseReadOptions,
): Response {
  const kept = new Headers(headers);
  for (const name of ["content-encoding", "content-length"]) kept.delete(name);
  kept.set("content-type", "application/json");
  // Some say how long to wait in their sentence only.
  const [, wait, unit] =
    /\b(?:try again|retry) (?:in|after) (\d+(?:\.\d+)?) ?(ms|s)(?:ec\w*)?\b/i.exec(fault.message) ??
    [];
  if (wait !== undefined && !kept.has("retry-after") && !kept.has("retry-after-ms"))
    kept.set("retry-after", `${wait}${unit}`);
  // Without a message the client would show the whole object.
  const message = clean(fault.message) || "no reason given";
  const error = { message, code: fault.code, type: null, param: null };
  return new Response(JSON.stringify({ error }), { status: fault.status, headers: kept });
}

async function readStream(
  response: Response,
  body: ReadableStream<Uint8Array>,
  options: ResponseReadOptions,
): Promise<Response> {
  const pieces = piecesOf(readEvents(body), options);
  // Until the answer itself begins, nothing is lost if it is asked for again.
  const opening: Piece[] = [];
  for (;;) {
    const { done, value } = await pieces.next();
    if (done === true) break;
    opening.push(value);
    if (value.kind !== "silence") break;
  }
  const begun = opening.at(-1);
  if (begun?.kind !== "fault") return eventStream(events());
  await pieces.return(undefined);
  return refusal(response, begun.fault, options);

  async function* events() {
    try {
      for (const piece of opening) yield eventOf(piece);
      for await (const piece of pieces) yield eventOf(piece);
    } finally {
      await pieces.return(undefined);
    }
  }

  function eventOf(piece: Piece): string {
    if (piece.kind !== "fault") return piece.event;
    throw new StreamFault(piece.fault, options.clean(piece.fault.message));
  }
}

/** A stream that came at once: said to be something else, or not asked for. */
async function readEventsIn(
  text: string,
  response: Response,
  options: ResponseReadOptions,
): Promise<Response> {
  const events = new Response(text).body as ReadableStream<Uint8Array>;
  if (options.request["stream"] === true) return readStream(response, events, options);
  const chunks: JsonRecord[] = [];
  for await (const piece of piecesOf(readEvents(events), options, "always")) {
    if (piece.kind === "fault") return refusal(response, piece.fault, options);
    if (piece.kind === "unknown") return new Response(text, { headers: response.headers });
    if (piece.event !== "[DONE]") chunks.push(JSON.parse(piece.event) as JsonRecord);
  }
  return Response.json(joinedAnswer(chunks));
}

/**
 * Part of a stream: an event for the client, silent as long as the answer has not begun; what is no JSON, which is the
 * client's to report; or the server's error.
 */
type Piece =
  | { readonly kind: "silence" | "answer" | "unknown"; readonly event: string }
  | { readonly kind: "fault"; readonly fault: ServerFault };

/** An error that a server reported after its answer had begun. */
class StreamFault extends Error {
  readonly status: number;
  readonly code: string | null;
  constructor({ status, code }: ServerFault, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function* piecesOf(
  events: AsyncIterable<ServerEvent>,
  { request, habits }: ResponseReadOptions,
  waits: Waits = waitsFor(habits),
): AsyncGenerator<Piece> {
  const reader = readerOf(request, waits);
  let isDone = false;
  for await (const { data, isError } of events) {
    if (!isError && keptAlive.test(data)) continue;
    if (done.test(data)) {
      isDone = true;
      break;
    }
    const chunk = jsonIn(data);
    const fault = isError ? faultInText(data) : faultInAnswer(chunk);
    if (fault !== null) {
      yield { kind: "fault", fault };
      return;
    }
    if (chunk === undefined) {
      yield { kind: "unknown", event: data };
      return;
    }
    yield pieceOf(reader.readPiece(isRecord(chunk) ? chunk : {}));
  }
  // As of a connection that breaks: half an answer is none.
  if (!isDone && !reader.isOver) throw new TypeError("terminated");
  yield pieceOf(reader.end());
  if (reader.hasText) noteReasoning(habits, reader);
  yield { kind: "answer", event: "[DONE]" };
}

/** Data that only keeps the connection open. */
const keptAlive = /^\W*(?:ping|heartbeat|keep-?alive)?\W*$/i;
const done = /^\W*done\W*$/i;

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pieceOf(chunk: JsonRecord): Piece {
  const event = JSON.stringify(chunk);
  const [choice] = recordsOf(chunk["choices"]);
  if (choice === undefined) return { kind: "silence", event };
  const { content, ...delta } = Object(choice["delta"]) as JsonRecord;
  const isSilent = content === "" && Object.keys(delta).every((field) => field === "role");
  const isOver = typeof choice["finish_reason"] === "string";
  return { kind: isSilent && !isOver ? "silence" : "answer", event };
}

/** A whole answer for a client that asked for a stream. */
function* asEvents(completion: JsonRecord): Generator<string> {
  const [choice] = recordsOf(completion["choices"]);
  const { message, ...around } = choice ?? {};
  const calls = recordsOf(Object(message)["tool_calls"]);
  const tool_calls = calls.map((call, index) => ({ index, ...call }));
  const delta = { ...Object(message), ...(calls.length > 0 && { tool_calls }) } as JsonRecord;
  const chunk = { ...completion, object: "chat.completion.chunk" };
  yield JSON.stringify({ ...chunk, usage: undefined, choices: [{ ...around, index: 0, delta }] });
  if (completion["usage"] !== undefined) yield JSON.stringify({ ...chunk, choices: [] });
  yield "[DONE]";
}

function eventStream(events: Iterable<string> | AsyncIterable<string>): Response {
  const encoded = (async function* () {
    for await (const event of events) yield encodeEvent(event);
  })();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await encoded.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    cancel() {
      // Not awaited: it waits for the next piece, which may never come.
      encoded.return(undefined).catch(() => undefined);
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** Nothing tells reasoning without an opening mark from an answer before its end, save how it begins. */
function waitsFor({ hidesOpeningMark }: ServerHabits): Waits {
  if (hidesOpeningMark === null) return "aloud";
  return hidesOpeningMark ? "always" : "never";
}

function readerOf({ messages, tools }: JsonRecord, waits: Waits): AnswerReader {
  const calls = recordsOf(messages).flatMap((message) => recordsOf(message["tool_calls"]));
  const functions = recordsOf(tools).map((tool) => tool["function"]);
  return new AnswerReader({
    takenIds: calls.map(({ id }) => String(id)),
    toolNames: functions.flatMap((one) => (isRecord(one) ? textIn(one["name"]) : [])),
    waits,
  });
}
