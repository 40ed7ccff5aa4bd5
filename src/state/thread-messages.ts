import {
  AIMessage,
  type BaseMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from "@langchain/core/messages";
import { BinaryOperatorAggregate, messagesStateReducer } from "@langchain/langgraph";

type Update = Parameters<typeof messagesStateReducer>[1];
/** Texts of some messages, one a line; or a message that JSON cannot hold. */
type Part = string | BaseMessage;

/** Lines in one part, at most; the others have half as many, or half of that, and so on. */
const partSize = 32;

/**
 * The channel of a thread's messages: LangGraph's reducer, and checkpoints that hold lines of JSON. LangGraph's own form
 * of a message takes some thirty times as long to write and to read, and each turn reads and writes them all. The lines are
 * in parts of which only the last ones change from turn to turn, so that a checkpointer can keep the others once.
 */
export class ThreadMessages extends BinaryOperatorAggregate<BaseMessage[], Update> {
  constructor() {
    super(messagesStateReducer, () => []);
  }

  /** Earlier versions kept the messages themselves. */
  override fromCheckpoint(checkpoint?: BaseMessage[] | readonly Part[]): this {
    const channel = new ThreadMessages();
    if (checkpoint !== undefined) channel.value = checkpoint.flatMap(messagesOf);
    return channel as this;
  }

  /** Not the type that the base class declares: what a checkpointer is given is `fromCheckpoint`'s alone. */
  override checkpoint(): BaseMessage[] {
    return partsOf(super.checkpoint()) as BaseMessage[];
  }
}

function partsOf(messages: readonly BaseMessage[]): Part[] {
  const parts: Part[] = [];
  const lines: string[] = [];
  const end = () => {
    // 23 lines are 16, 4, 2 and 1. One more line makes a new part of the last ones, and of none twice before there are
    // twice as many.
    for (let size = partSize; size >= 1; size /= 2)
      if (lines.length >= size) parts.push(lines.splice(0, size).join("\n"));
  };
  for (const message of messages) {
    const line = lineOf(message);
    if (line === null) end();
    if (line === null) parts.push(message);
    else if (lines.push(line) === partSize) end();
  }
  end();
  return parts;
}

/** Nothing changes a message once it is in a thread, so its line is made once. */
const known = new WeakMap<BaseMessage, string>();

const classes = { human: HumanMessage, ai: AIMessage, system: SystemMessage, tool: ToolMessage };
type Kind = keyof typeof classes;

function lineOf(message: BaseMessage): string | null {
  const before = known.get(message);
  if (before !== undefined) return before;
  const kind = message.type as Kind;
  // A class of somebody's own is not made again from its fields.
  if (Object.getPrototypeOf(message) !== classes[kind]?.prototype) return null;
  const names = [...new Set([...Object.keys(message.lc_kwargs), "id"])];
  const fields = Object.fromEntries(
    names.flatMap((name): [string, unknown][] => {
      const value: unknown = Reflect.get(message, name);
      return isEmpty(value) && name !== "content" ? [] : [[name, value]];
    }),
  );
  if (!isJson(fields)) return null;
  const line = JSON.stringify([kind, fields]);
  known.set(message, line);
  return line;
}

function messagesOf(part: Part): BaseMessage[] {
  if (typeof part !== "string") return [part];
  return part.split("\n").map((line) => {
    const [kind, fields] = JSON.parse(line) as [Kind, never];
    const message = new classes[kind](fields);
    known.set(message, line);
    return message;
  });
}

/** What a message has where nothing is given. */
function isEmpty(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === undefined;
  return isPlain(value) && Object.keys(value).length === 0;
}

/** Whether it comes back from JSON as it is. */
function isJson(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || !isPlain(value)) return false;
  const isLeftOut = (each: unknown) => each === undefined && !Array.isArray(value);
  return Object.values(value).every((each) => isLeftOut(each) || isJson(each));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}
