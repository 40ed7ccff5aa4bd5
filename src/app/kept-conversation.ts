import { createHash, randomUUID } from "node:crypto";
import { AIMessage, type BaseMessage, HumanMessage } from "@langchain/core/messages";
import type { VerbInput } from "../contract/verbs.js";
import { parseMessageText } from "../domain/text/storable-text.js";

/** A conversation that the caller keeps: its name, and what was said in it before, oldest first. */
export type KeptConversation = NonNullable<VerbInput<"ask">["conversation"]>;

/**
 * The messages of a kept conversation, with the user's new one at the end. In a named one each has an id made of
 * everything up to it, so that the same message asked again is the same interaction.
 *
 * @throws {PersonaAgentError} `config-message-invalid`
 */
export function messagesOf({ id, earlier = [] }: KeptConversation, message: string): BaseMessage[] {
  const said = [
    ...earlier.map(({ role, content }) => ({
      role,
      content: role === "user" ? parseMessageText(content, "An earlier message") : content,
    })),
    { role: "user", content: parseMessageText(message) } as const,
  ];
  return said.map(({ role, content }, place) => {
    const key = id === undefined ? randomUUID() : digest([id, said.slice(0, place + 1)]);
    return role === "user"
      ? new HumanMessage({ id: key, content })
      : new AIMessage({ id: key, content });
  });
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 32);
}
