import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import type { ReviewAnswer, ReviewRequest } from "../../domain/persona/review-request.js";
import { PersonaAgentError } from "../../errors.js";
import type { CliContext } from "../cli-context.js";

/**
 * A person's text for an edit.
 *
 * @param file - `-` for the input.
 * @throws {PersonaAgentError} `config-file-invalid`
 */
export async function readEdit(file: string, { stdin }: Pick<CliContext, "stdin">) {
  if (file === "-") return readAll(stdin);
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const { code = "no reason" } = cause as NodeJS.ErrnoException;
    throw new PersonaAgentError(
      "config-file-invalid",
      `${file} cannot be read (${code}); expected a file with the persona's lines, one a line. Check its path.`,
      { cause },
    );
  }
}

/** The text as the whole persona in paper mode, else as its lines, one a line. */
export function editOf(
  text: string,
  { paperSystemPrompt }: Pick<ReviewRequest, "paperSystemPrompt">,
): Pick<ReviewAnswer, "decision" | "lines" | "paperSystemPrompt"> {
  if (paperSystemPrompt !== null) return { decision: "edit", paperSystemPrompt: text.trim() };
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  return { decision: "edit", lines: lines.map((line) => ({ text: line })) };
}
