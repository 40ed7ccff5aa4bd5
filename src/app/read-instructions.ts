import { readFile } from "node:fs/promises";
import { parseInstructions } from "../config/instructions.js";
import { PersonaAgentError } from "../system/errors.js";
import type { ReadSetting } from "./embedded-services.js";

/**
 * The instructions that the environment gives, in `INSTRUCTIONS` or in the file that `INSTRUCTIONS_FILE` names.
 *
 * @throws {PersonaAgentError} `config-invalid`
 */
export async function readInstructions(read: ReadSetting): Promise<string> {
  const [text, path] = [read("INSTRUCTIONS"), read("INSTRUCTIONS_FILE")];
  if (path === undefined) return parseInstructions(text ?? "", "INSTRUCTIONS");
  if (text !== undefined)
    throw new PersonaAgentError(
      "config-invalid",
      "INSTRUCTIONS and INSTRUCTIONS_FILE are both set; expected one. Unset the other.",
    );
  return parseInstructions(await readText(path), `INSTRUCTIONS_FILE (${path})`);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "no reason given";
    throw new PersonaAgentError(
      "config-invalid",
      `INSTRUCTIONS_FILE names ${JSON.stringify(path)}, which cannot be read (${code}); expected a text file. Correct it or unset it.`,
      { cause },
    );
  }
}
