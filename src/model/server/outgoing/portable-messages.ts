import { createHash } from "node:crypto";
import { recordsOf, type JsonRecord } from "../json.js";
import { habit, headOf, isInstruction } from "./refused-fields.js";

/**
 * The messages of a request as any server takes them: what the server attached to a tool call is where it was, and
 * neighbours of one role are one message. Many chat templates raise an error where roles do not alternate.
 *
 * @param refused - What this server refused, so that it is left out or said in another way.
 */
export function portableMessages(messages: unknown, refused: ReadonlySet<string>): JsonRecord[] {
  const given = recordsOf(messages).map((message) => adapted(withAttached(message), refused));
  const kept = refused.has(habit.noSystem)
    ? 0
    : refused.has(habit.lateSystem)
      ? headOf(given)
      : given.length;
  const spoken = [...given.slice(0, kept), ...given.slice(kept).map(asQuestion)];
  const joined: JsonRecord[] = [];
  for (const message of spoken) {
    const before = joined.at(-1);
    if (before !== undefined && canJoin(before, message))
      joined.splice(-1, 1, join(before, message));
    else joined.push(message);
  }
  return joined;
}

/** Puts back what `ToolCallReader` kept in `attached`. */
function withAttached(message: JsonRecord): JsonRecord {
  if (!Array.isArray(message["tool_calls"])) return message;
  const calls = recordsOf(message["tool_calls"]);
  const parts = calls.map(({ attached, ...call }) => {
    const { call: toCall = {}, message: toMessage = {} } = Object(attached) as JsonRecord;
    return {
      call: { ...call, ...Object(toCall) } as JsonRecord,
      toMessage: Object(toMessage) as JsonRecord,
    };
  });
  const toMessage = Object.assign({}, ...parts.map((part) => part.toMessage)) as JsonRecord;
  return { ...message, ...toMessage, tool_calls: parts.map(({ call }) => call) };
}

function adapted(message: JsonRecord, refused: ReadonlySet<string>): JsonRecord {
  const { role } = message;
  const fields = Object.entries(message).filter(([field]) => !refused.has(field));
  const kept: JsonRecord = Object.fromEntries(fields);
  if (role === "developer" && refused.has(habit.noDeveloper)) kept["role"] = "system";
  if (Array.isArray(kept["tool_calls"]))
    kept["tool_calls"] = recordsOf(kept["tool_calls"]).map((call) =>
      Object.fromEntries(
        Object.entries(call)
          .filter(([field]) => !refused.has(field))
          .map(([field, value]) => [field, field === "id" ? idFor(value, refused) : value]),
      ),
    );
  // One server refuses an empty text.
  if (role === "assistant" && refused.has(habit.noReasoning)) kept["reasoning_content"] ??= " ";
  if (role === "tool") kept["tool_call_id"] = idFor(kept["tool_call_id"], refused);
  return kept;
}

function idFor(id: unknown, refused: ReadonlySet<string>): unknown {
  if (!refused.has(habit.shortIds) || typeof id !== "string" || /^[A-Za-z0-9]{9}$/.test(id))
    return id;
  return createHash("sha256").update(id).digest("hex").slice(0, 9);
}

/** An instruction as part of a question, for a template without a system role, or with one at the head only. */
function asQuestion(message: JsonRecord): JsonRecord {
  return isInstruction(message) ? { ...message, role: "user" } : message;
}

function canJoin(before: JsonRecord, message: JsonRecord): boolean {
  if (before["role"] !== message["role"] || message["role"] === "tool") return false;
  return before["name"] === message["name"] && !Array.isArray(before["tool_calls"]);
}

function join(before: JsonRecord, message: JsonRecord): JsonRecord {
  const contents = [before["content"], message["content"]].filter((content) => !isEmpty(content));
  const content = contents.every((text) => typeof text === "string")
    ? contents.join("\n\n")
    : contents.flatMap((text) => (typeof text === "string" ? [{ type: "text", text }] : text));
  return { ...before, ...message, content };
}

function isEmpty(content: unknown): boolean {
  return content === null || content === undefined || content === "";
}
