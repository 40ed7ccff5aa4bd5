import { ToolMessage } from "@langchain/core/messages";
import type { ToolCall } from "@langchain/core/messages/tool";
import type { StructuredToolInterface } from "@langchain/core/tools";
import { maxTextLength, storableText } from "../domain/text/storable-text.js";
import {
  toolCutPrompt,
  toolPartLeftOutPrompt,
  toolSilentPrompt,
} from "../prompts/agent/tool-results.js";
import { unquoted } from "../prompts/quote.js";

/** Most of a tool's name that is repeated, in UTF-16 units: a model can call anything. */
export const maxNameLength = 200;

/** Most of one result, and of its artifact as JSON, in UTF-16 units. */
const maxResultLength = 20_000;

/** The result of a call, before it is made fit for the state. */
export interface ToolAnswer {
  readonly ok: boolean;
  readonly content: unknown;
  readonly artifact?: unknown;
  /** The text is already quoted and short, so it is neither disarmed nor cut. */
  readonly quoted?: boolean;
}

/**
 * The message that answers a call: storable plain text of at most 20,000 UTF-16 units. Parts that are not text are
 * named instead, because most models accept only text from a tool. An artifact is kept if it is JSON of that length.
 */
export function toToolMessage(call: ToolCall, answer: ToolAnswer): ToolMessage {
  const text = textOf(answer.content);
  const shown = answer.quoted === true ? storableText(text, maxTextLength) : cut(unquoted(text));
  const artifact = storableJson(answer.artifact);
  return new ToolMessage({
    content: text.trim() === "" ? toolSilentPrompt : shown,
    status: answer.ok ? "success" : "error",
    name: storableText(call.name, maxNameLength),
    tool_call_id: call.id ?? "",
    ...(artifact === undefined ? {} : { artifact }),
  });
}

const ownQuoting = new WeakSet<object>();

/**
 * Declares that a tool quotes the stored text in its results itself and keeps them short, so that they are left as they
 * are. In results of every other tool our prompt tags are disarmed, and long ones are cut. Not a field of the tool,
 * because a server could claim a field.
 */
export function declareOwnQuoting(tool: StructuredToolInterface): StructuredToolInterface {
  ownQuoting.add(tool);
  return tool;
}

export function hasOwnQuoting(tool: StructuredToolInterface): boolean {
  return ownQuoting.has(tool);
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (Array.isArray(content)) return content.map(textOfPart).join("\n");
  return content === undefined || content === null ? "" : JSON.stringify(content);
}

function textOfPart(part: unknown): string {
  if (typeof part === "string") return part;
  const { type, text } = Object(part) as Record<string, unknown>;
  if (type === "text" && typeof text === "string") return text;
  return toolPartLeftOutPrompt.render({ type: typeof type === "string" ? type : "unknown" });
}

function cut(text: string): string {
  if (text.length <= maxResultLength) return storableText(text, maxResultLength);
  const note = (shown: number) =>
    toolCutPrompt.render({ shown: String(shown), length: String(text.length) });
  const shown = maxResultLength - note(maxResultLength).length;
  return `${storableText(text, shown)}${note(shown)}`;
}

function storableJson(value: unknown): unknown {
  try {
    const json = JSON.stringify(value);
    if (json === undefined || json.length > maxResultLength) return undefined;
    return JSON.parse(json, (_key, inner: unknown) =>
      typeof inner === "string" ? storableText(inner, maxResultLength) : inner,
    );
  } catch {
    // A circular artifact, or one with a BigInt, would fail the checkpointer; the text says what matters.
    return undefined;
  }
}
