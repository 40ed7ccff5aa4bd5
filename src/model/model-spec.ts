import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { PersonaAgentError } from "../system/errors.js";

/**
 * Reads which model a setting names: `offline` or `openai:<name>`.
 *
 * @param setting - What the text was given for, for the message.
 * @returns The name at the OpenAI server; `null` for `offline`.
 * @throws {PersonaAgentError} `config-invalid` for anything else.
 */
export function parseModelSpec(spec: string, setting: string): string | null {
  const text = spec.trim();
  if (text === "offline") return null;
  const name = /^openai:(\S+)$/.exec(text)?.[1];
  if (name !== undefined) return name;
  throw new PersonaAgentError(
    "config-invalid",
    `The ${setting} ${JSON.stringify(spec.slice(0, 80))} is not known; expected \`offline\` or \`openai:<name>\`. Correct it.`,
  );
}

/** A model, and its name in what is stored of its work. */
export interface NamedModel {
  readonly model: BaseChatModel;
  readonly name: string;
}
