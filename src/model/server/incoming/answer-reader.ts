import { randomUUID } from "node:crypto";
import { isRecord, recordsOf, textIn, type JsonRecord } from "../json.js";
import { ThinkingSplitter, type Waits, withoutThinking } from "./thinking.js";
import { ToolCallReader } from "./tool-call-reader.js";
import { WrittenCallReader } from "./written-call-reader.js";

export interface AnswerReaderOptions {
  /** Ids of the tool calls that the request shows. */
  readonly takenIds: Iterable<string>;
  /** Names of the tools that the request offers. */
  readonly toolNames: readonly string[];
  /** Hold the answer back until its reasoning ends; see `ThinkingSplitter`. */
  readonly waits: Waits;
}

/** Names under which servers give reasoning beside the content, as `reasoning_content` or `thinking_blocks`. */
const reasoningField = /^(?:reasoning|thinking|thought)/;

/** Other servers' words for why an answer ended. An end that is the server's own fault is an error before it comes here. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/content.?filter|safety|prohibited|blocklist|sensitive|recitation|guardrail/i, "content_filter"],
  [/length|max.*tokens|truncat/i, "length"],
];

/**
 * Turns the answer of any server, whole or in pieces, into what OpenAI would send: content is text without reasoning,
 * tool calls have unique ids, usage counts reasoning. Reasoning is dropped, except that it goes back with tool calls:
 * servers that give it then ask for it.
 */
export class AnswerReader {
  readonly #thinking: ThinkingSplitter;
  readonly #written: WrittenCallReader;
  readonly #calls: ToolCallReader;
  readonly #waits: Waits;
  readonly #suffix = randomUUID().slice(0, 8);
  #id = "";
  #reasoning: JsonRecord = {};
  #text = "";
  #hasBegun = false;
  #reason: string | undefined;

  constructor({ takenIds, toolNames, waits }: AnswerReaderOptions) {
    this.#waits = waits;
    this.#thinking = new ThinkingSplitter(waits);
    this.#written = new WrittenCallReader(toolNames);
    this.#calls = new ToolCallReader(takenIds, toolNames);
  }

  /** True once a piece said why the answer ended; some servers say it with each piece. */
  get isOver(): boolean {
    return this.#reason !== undefined;
  }

  /** True once there was text, reasoning included: only such an answer shows how the model reasons. */
  get hasText(): boolean {
    return this.#text !== "" || this.#thinking.lacksOpeningMark;
  }

  /** True when the text held reasoning without an opening mark; of a stream that was not held back, it was passed on. */
  get lacksOpeningMark(): boolean {
    if (this.#thinking.lacksOpeningMark) return true;
    return this.#waits !== "always" && withoutThinking(this.#text) !== this.#text;
  }

  /** One piece of a stream, without what `end` gives. */
  readPiece(chunk: JsonRecord): JsonRecord {
    const choices = recordsOf(chunk["choices"]).slice(0, 1);
    return {
      ...this.#envelope(chunk),
      choices: choices.map((choice) => {
        const { delta, message, text, ...around } = choice;
        const piece = [delta, message].find(isRecord) ?? { content: text };
        return {
          index: 0,
          ...around,
          finish_reason: this.#goesOn(choice),
          delta: this.#read(piece),
        };
      }),
    };
  }

  /** The last piece of a stream: what was held back, and why the answer ended. */
  end(): JsonRecord {
    const delta = this.#end();
    return {
      ...this.#envelope({}),
      choices: [{ index: 0, delta, finish_reason: this.#reason ?? "stop" }],
    };
  }

  /** A whole answer. */
  readWhole(completion: JsonRecord): JsonRecord {
    const [choice] = recordsOf(completion["choices"]);
    if (choice === undefined) return this.#envelope(completion);
    const message = isRecord(choice["message"]) ? choice["message"] : { content: choice["text"] };
    // Calls in a list are separate, whatever their ids.
    const tool_calls = callsIn(message).map((call, index) => ({ ...call, index }));
    this.#goesOn(choice);
    const parts = [this.#read({ ...message, tool_calls }), this.#end()];
    const calls = mergedCalls(parts.flatMap((part) => recordsOf(part["tool_calls"])));
    const content = parts.map((part) => textIn(part["content"])).join("");
    return {
      ...this.#envelope(completion),
      choices: [
        {
          ...choice,
          finish_reason: this.#reason ?? null,
          message: { ...parts[0], content, tool_calls: calls.length > 0 ? calls : undefined },
        },
      ],
    };
  }

  /** Remembers why the answer ends, in OpenAI's words. */
  #goesOn({ finish_reason: reason }: JsonRecord): null {
    if (typeof reason === "string" && !/^(?:null|none)?$/i.test(reason))
      this.#reason = reasons.find(([form]) => form.test(reason))?.[1] ?? reason;
    return null;
  }

  /** Ids of answers are made unique, because LangGraph would replace the earlier message with the same one. */
  #envelope({ error: _empty, ...body }: JsonRecord): JsonRecord {
    const holders = [body, body["x_groq"], ...recordsOf(body["choices"])].filter(isRecord);
    const usage = readUsage(holders.map((holder) => holder["usage"]).find(isRecord));
    this.#id ||= `${textIn(body["id"]) || "chatcmpl"}-${this.#suffix}`;
    return { ...body, id: this.#id, usage };
  }

  #read(delta: JsonRecord): JsonRecord {
    const { content, tool_calls: _calls, role: _role, function_call: _older, ...rest } = delta;
    for (const field of Object.keys(rest).filter((name) => reasoningField.test(name))) {
      this.#reasoning = {
        ...this.#reasoning,
        [field]: joined(this.#reasoning[field], rest[field]),
      };
      delete rest[field];
    }
    if (Object.values(this.#reasoning).some(Boolean)) this.#thinking.stopWaiting();
    const text = this.#written.push(this.#thinking.push(textOf(content)));
    const refusal = refusedText(content);
    const calls = this.#calls.read(callsIn(delta));
    this.#text += text;
    const role = this.#hasBegun ? {} : { role: "assistant" };
    this.#hasBegun = true;
    return {
      ...rest,
      ...role,
      content: text,
      ...(refusal !== "" && { refusal }),
      ...(calls.length > 0 && { tool_calls: calls }),
    };
  }

  #end(): JsonRecord {
    const held = this.#written.push(this.#thinking.end(this.#reason === "length"));
    const written = this.#written.end();
    const text = held + written.text;
    const calls = this.#calls.read(written.calls);
    if (this.#calls.count > 0) calls.push(...this.#calls.end(this.#goesBack()));
    this.#text += text;
    return { content: text, ...(calls.length > 0 && { tool_calls: calls }) };
  }

  #goesBack(): JsonRecord {
    return Object.fromEntries(
      Object.entries(this.#reasoning).filter(([, value]) => value !== undefined),
    );
  }
}

/** The calls of a message or a piece: in a list, alone, or in the one field that older servers have. */
function callsIn({ tool_calls: calls, function_call: older }: JsonRecord): JsonRecord[] {
  const listed = recordsOf(isRecord(calls) ? [calls] : calls);
  return listed.length === 0 && isRecord(older) ? [{ index: 0, function: older }] : listed;
}

/** A refusal may stand in a part of its own. */
function refusedText(content: unknown): string {
  return recordsOf(content)
    .map(({ refusal }) => textIn(refusal))
    .join("");
}

/** A part of a content list that is no text is reasoning, a reference or a picture. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (isRecord(content)) return textOf([content]);
  if (!Array.isArray(content)) return "";
  return content
    .map((part: unknown) => {
      if (typeof part === "string") return part;
      if (!isRecord(part) || part["thought"] === true) return "";
      if (!["text", "output_text", undefined].includes(part["type"] as string)) return "";
      return isRecord(part["text"]) ? textIn(part["text"]["value"]) : textIn(part["text"]);
    })
    .join("");
}

function joined(before: unknown, more: unknown): unknown {
  if (more === undefined || more === null) return before;
  if (typeof before === "string" && typeof more === "string") return before + more;
  if (Array.isArray(before) && Array.isArray(more))
    return [...(before as unknown[]), ...(more as unknown[])];
  return more;
}

/** Some servers count reasoning in the total only, and some have the names of OpenAI's newer protocol. */
function readUsage(usage: JsonRecord | undefined): JsonRecord | undefined {
  if (usage === undefined) return undefined;
  const count = (...names: string[]) => {
    const value = names.map((name) => Number(usage[name] ?? NaN)).find(Number.isFinite);
    return value !== undefined && value > 0 ? Math.round(value) : 0;
  };
  const prompt_tokens = count("prompt_tokens", "input_tokens");
  const completion_tokens = Math.max(
    count("completion_tokens", "output_tokens"),
    count("total_tokens") - prompt_tokens,
  );
  return {
    ...usage,
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
  };
}

/** A whole answer's calls, each with its last piece. */
function mergedCalls(pieces: readonly JsonRecord[]): JsonRecord[] {
  const whole = pieces.filter(({ id }) => id !== undefined);
  return whole.map((call) => {
    const last = pieces.find(
      (piece) => piece["id"] === undefined && piece["index"] === call["index"],
    );
    const { index: _index, ...merged } = { ...call, ...last };
    return {
      ...merged,
      function: { ...Object(call["function"]), ...Object(last?.["function"]) } as JsonRecord,
    };
  });
}
