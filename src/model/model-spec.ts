import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { PersonaAgentError } from "../errors.js";

/** Which model, as a person writes it: `offline` or `openai:<name>`. */
export type ModelSpec =
  | { readonly kind: "offline" }
  | { readonly kind: "openai"; readonly name: string };

/**
 * @param setting - What the text was given for, for the message.
 * @throws {PersonaAgentError} `config-invalid` for anything else.
 */
export function parseModelSpec(spec: string, setting: string): ModelSpec {
  const text = spec.trim();
  if (text === "offline") return { kind: "offline" };
  const name = /^openai:(\S+)$/.exec(text)?.[1];
  if (name !== undefined) return { kind: "openai", name };
  throw new PersonaAgentError(
    "config-invalid",
    `The ${setting} ${JSON.stringify(spec.slice(0, 80))} is not known; expected \`offline\` or \`openai:<name>\`. Correct it.`,
  );
}

/** A model and the name by which what it wrote is remembered. */
export interface NamedModel {
  readonly model: BaseChatModel;
  readonly name: string;
}
