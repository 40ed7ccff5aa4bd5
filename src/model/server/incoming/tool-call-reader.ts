import { randomUUID } from "node:crypto";
import { isRecord, type JsonRecord } from "../json.js";
import { offeredName } from "./written-call-reader.js";

interface Call {
  readonly index: number;
  readonly id: string;
  readonly serverIndex: unknown;
  readonly serverId: string;
  readonly name: string;
  args: string;
  /** What the server attached to it, for itself. */
  extras: JsonRecord;
}

/**
 * Reads the tool calls of one answer, whole or in pieces. Afterwards each has an index, and an id that is unique in the
 * thread, and its arguments are text.
 */
export class ToolCallReader {
  readonly #calls: Call[] = [];
  readonly #taken: Set<string>;
  readonly #toolNames: readonly string[];

  /**
   * @param taken - The ids that the thread has already.
   * @param toolNames - Of the tools that the request offers.
   */
  constructor(taken: Iterable<string>, toolNames: readonly string[] = []) {
    this.#taken = new Set(taken);
    this.#toolNames = toolNames;
  }

  get count(): number {
    return this.#calls.length;
  }

  /** What of these calls, or pieces of calls, is new. */
  read(raw: readonly JsonRecord[]): JsonRecord[] {
    return raw.map((piece) => this.#readPiece(piece));
  }

  /**
   * The last pieces: missing arguments become `{}`, and what the server attached follows in `attached`.
   *
   * @param toMessage - What it attached to the message with the calls.
   */
  end(toMessage: JsonRecord): JsonRecord[] {
    return this.#calls.flatMap(({ index, id, args, extras }) => {
      const message = index === 0 ? toMessage : {};
      const attached = { id, call: extras, message };
      const isAttached = Object.keys({ ...extras, ...message }).length > 0;
      const isHeld = isNoObject(args);
      if (!isHeld && !isAttached) return [];
      return [
        {
          index,
          ...(isHeld && { function: { arguments: objectIn(args) } }),
          ...(isAttached && { attached }),
        },
      ];
    });
  }

  #readPiece(piece: JsonRecord): JsonRecord {
    const { index: serverIndex, id: rawId, type: _type, function: inner, ...rest } = piece;
    // Some servers put no function around name and arguments.
    const [{ name: rawName, arguments: usualArgs, ...other }, around] = isRecord(inner)
      ? [inner, rest]
      : [rest, {}];
    const { parameters, input, ...more } = other;
    const rawArgs = usualArgs ?? parameters ?? input;
    const serverId = typeof rawId === "string" || typeof rawId === "number" ? String(rawId) : "";
    const name = typeof rawName === "string" ? offeredName(rawName, this.#toolNames) : "";
    const args =
      typeof rawArgs === "string" ? rawArgs : isRecord(rawArgs) ? JSON.stringify(rawArgs) : "";
    const extras = withoutNulls({ ...around, ...more });
    const open = this.#openCall(serverIndex, serverId, name, args);
    if (open !== undefined) {
      open.args += args;
      open.extras = { ...open.extras, ...extras };
      return { index: open.index, function: { arguments: isNoObject(open.args) ? "" : args } };
    }
    const call = {
      index: this.count,
      id: this.#uniqueId(serverId),
      serverIndex,
      serverId,
      name,
      args,
      extras,
    };
    this.#calls.push(call);
    const { index, id } = call;
    const shown = isNoObject(args) ? "" : args;
    return { index, id, type: "function", function: { name, arguments: shown } };
  }

  /**
   * The call that a piece continues; undefined if it begins another one. Some servers give no index, the same index to
   * all, no id, or id and name with every piece.
   */
  #openCall(serverIndex: unknown, serverId: string, name: string, args: string): Call | undefined {
    const hasIndex = typeof serverIndex === "number";
    const call = this.#calls.findLast((known) =>
      hasIndex ? known.serverIndex === serverIndex : serverId === "" || known.serverId === serverId,
    );
    if (call === undefined || name === "") return call;
    if (serverId !== "" && call.serverId !== "" && serverId !== call.serverId) return undefined;
    const isSame = name === call.name;
    if (call.args === "") return hasIndex || (isSame && serverId !== "") ? call : undefined;
    if (!isJson(call.args)) return isSame || hasIndex ? call : undefined;
    return isSame && args === "" && (hasIndex || serverId !== "") ? call : undefined;
  }

  /** Nine letters and digits, the only form that Mistral accepts. */
  #uniqueId(serverId: string): string {
    let id = serverId;
    while (id === "" || this.#taken.has(id)) id = randomUUID().replaceAll("-", "").slice(0, 9);
    this.#taken.add(id);
    return id;
  }
}

function withoutNulls(fields: JsonRecord): JsonRecord {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  );
}

/** Arguments, as far as they have come, that are nothing, `null`, or JSON in a text: they are held back. */
function isNoObject(args: string): boolean {
  return args.trim() === "" || /^\s*["n]/.test(args);
}

/** The object that such arguments mean, or themselves if they mean none. */
function objectIn(args: string): string {
  if (args.trim() === "" || args.trim() === "null") return "{}";
  try {
    const inner: unknown = JSON.parse(args);
    return typeof inner === "string" && isRecord(JSON.parse(inner)) ? inner : args;
  } catch {
    return args;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
