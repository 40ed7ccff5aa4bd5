import { AIMessageChunk, type AIMessage } from "@langchain/core/messages";
import type { z } from "zod";
import { withoutThinking } from "./server/incoming/thinking.js";

/** A reply compared with its schema. `problem` is one sentence for the model, `text` what it wrote. */
export type ReadAnswer<Answer> =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "unfit" | "refused"; readonly problem: string; readonly text: string };

/**
 * Reads a reply that may be a tool call, bare JSON, JSON in a fence or between words, half of it, prose, or empty.
 *
 * @param name - The tool's name, where the answer is a tool call.
 */
export function readAnswer<Answer>(
  reply: AIMessage,
  schema: z.ZodType<Answer>,
  name: string,
): ReadAnswer<Answer> {
  const text = writtenText(reply, name);
  const refusal = refusalIn(reply);
  if (refusal !== null) return { kind: "refused", ...refusal, text: refusal.text || text };
  const finishReason: unknown = reply.response_metadata["finish_reason"];
  if (text.trim() === "") return { kind: "unfit", problem: "It was empty.", text };
  const value = parseJson(text);
  if (value === undefined) {
    const problem =
      finishReason === "length"
        ? "It was too long and was cut off; answer more briefly."
        : "It was not one whole JSON object.";
    return { kind: "unfit", problem, text };
  }
  const result = schema.safeParse(value);
  if (result.success) return { kind: "answer", answer: result.data };
  return { kind: "unfit", problem: describeIssues(result.error), text };
}

/** What the model said where it refused, or nothing where its server withheld the answer; `null` for an answer. */
export function refusalIn(
  reply: AIMessage,
): { readonly problem: string; readonly text: string } | null {
  const refusal = reply.additional_kwargs["refusal"];
  if (typeof refusal === "string" && refusal !== "")
    return { problem: "It was a refusal.", text: refusal };
  return reply.response_metadata["finish_reason"] === "content_filter"
    ? { problem: "It was withheld by a content filter.", text: "" }
    : null;
}

/** The model's text, from its pieces if streamed: LangChain closes the brackets of half an answer. */
function writtenText(reply: AIMessage, name: string): string {
  const pieces = AIMessageChunk.isInstance(reply) ? (reply.tool_call_chunks ?? []) : [];
  const streamed = pieces.find((piece) => piece.name === name)?.args;
  if (streamed !== undefined) return streamed;
  const call = reply.tool_calls?.find((candidate) => candidate.name === name);
  if (call !== undefined) return JSON.stringify(call.args);
  const text = withoutThinking(reply.text);
  return text.trim() === "" ? (reply.invalid_tool_calls?.[0]?.args ?? "") : text;
}

/** The text as JSON, or else the longest part of it from a `{` to a `}`; undefined when neither is JSON. */
function parseJson(text: string): unknown {
  const inner = text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1);
  for (const candidate of [text, inner]) {
    try {
      const value: unknown = JSON.parse(candidate);
      if (typeof value === "object" && value !== null) return value;
    } catch {
      // Not JSON: the next candidate, or the caller's problem sentence.
    }
  }
  return undefined;
}

const shownIssues = 5;

function describeIssues({ issues }: z.ZodError): string {
  const shown = issues
    .slice(0, shownIssues)
    .map(({ path, message }) => `${path.join(".") || "the object"}: ${message}`);
  const more = issues.length - shown.length;
  return `Wrong fields: ${shown.join("; ")}${more > 0 ? `; and ${more} more` : ""}.`;
}
