import { readFile } from "node:fs/promises";
import type { KeptConversation } from "../../app/kept-conversation.js";
import { PersonaAgentError } from "../../system/errors.js";

/**
 * The conversation of a file, as the field of the same name in the verb `ask`, which checks what is in it.
 *
 * @throws {PersonaAgentError} `config-file-invalid`
 */
export async function readKeptConversation(file: string): Promise<KeptConversation> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw invalid(file, `cannot be read (${(error as { readonly code?: string }).code ?? "?"})`);
  }
  try {
    return JSON.parse(text) as KeptConversation;
  } catch {
    throw invalid(file, "is not JSON");
  }
}

function invalid(file: string, what: string): PersonaAgentError {
  return new PersonaAgentError(
    "config-file-invalid",
    `The conversation ${JSON.stringify(file)} ${what}; expected an object like {"id": "kitchen", "earlier": [{"role": "user", "content": "..."}]}. Correct the file.`,
  );
}
