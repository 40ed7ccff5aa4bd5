import { ToolMessage } from "@langchain/core/messages";
import type { ToolCall } from "@langchain/core/messages/tool";
import { maxTextLength, storableText } from "../domain/text/storable-text.js";
import { unquoted } from "../prompts/quote.js";
import {
  toolCutPrompt,
  toolPartLeftOutPrompt,
  toolSilentPrompt,
} from "../prompts/agent/tool-results.js";

/** The most of a tool's name that is repeated: a model can call for anything. */
export const maxNameLength = 200;

/** What a call came to, before it is made fit for the state. */
export interface ToolAnswer {
  readonly ok: boolean;
  readonly content: unknown;
  readonly artifact?: unknown;
  /** True when the text is already quoted and short: neither disarmed nor cut. */
  readonly quoted?: boolean;
}

/**
 * The message that answers a call: plain text, storable, at most `maxLength` UTF-16 units. Parts that are not
 * text are named in place of what they are, because most models take text only from a tool. An artifact
 * stays when it is JSON of at most `maxLength`.
 */
export function toToolMessage(
  call: ToolCall,
  { ok, content, artifact, quoted = false }: ToolAnswer,
  maxLength: number,
): ToolMessage {
  const text = textOf(content);
  const kept = storableJson(artifact, maxLength);
  return new ToolMessage({
    content:
      text.trim() === ""
        ? toolSilentPrompt
        : quoted
          ? storableText(text, maxTextLength)
          : cut(unquoted(text), maxLength),
    status: ok ? "success" : "error",
    name: storableText(call.name, maxNameLength),
    tool_call_id: call.id ?? "",
    ...(kept === undefined ? {} : { artifact: kept }),
  });
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

function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return storableText(text, maxLength);
  const note = (shown: number) =>
    toolCutPrompt.render({ shown: String(shown), length: String(text.length) });
  const shown = Math.max(0, maxLength - note(maxLength).length);
  return `${storableText(text, shown)}${note(shown)}`;
}

function storableJson(value: unknown, maxLength: number): unknown {
  if (value === undefined) return undefined;
  try {
    const json = JSON.stringify(value);
    if (json === undefined || json.length > maxLength) return undefined;
    return JSON.parse(json, (_key, inner: unknown) =>
      typeof inner === "string" ? storableText(inner, maxLength) : inner,
    );
  } catch {
    // A circular artifact, or one with a BigInt, would fail the checkpointer; the text says what matters.
    return undefined;
  }
}
