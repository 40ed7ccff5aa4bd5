import type { BaseMessage } from "@langchain/core/messages";

/** A message's text. `text` of @langchain/core 1.4 builds content blocks at every read, also of a plain text. */
export function textOf(message: Pick<BaseMessage, "content" | "text">): string {
  return typeof message.content === "string" ? message.content : message.text;
}
