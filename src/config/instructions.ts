import { z } from "zod";
import { PersonaAgentError } from "../system/errors.js";

/** Most of the instructions, in UTF-16 units: they stand in every prompt of every user. */
const maxLength = 4_000;

/** The fixed part of every persona: role, tone, language, house rules. Empty for none. */
export const instructionsSchema = z
  .string()
  .max(maxLength, {
    error: ({ input }) =>
      `expected at most ${maxLength} characters${typeof input === "string" ? `, but there are ${input.length}` : ""}`,
  })
  .refine((text) => !text.includes("\0") && text.isWellFormed(), {
    error: "expected text without a NUL character or half of a surrogate pair",
  });

/**
 * The instructions that a process gives for all of its runs.
 *
 * @param name - Where they were given, for the message.
 * @throws {PersonaAgentError} `config-invalid`
 */
export function parseInstructions(text: string, name: string): string {
  const result = instructionsSchema.safeParse(text);
  if (result.success) return result.data.trim();
  const [issue] = result.error.issues;
  throw new PersonaAgentError(
    "config-invalid",
    `${name} cannot be taken: ${issue?.message}. Shorten or correct the instructions.`,
  );
}

/** Those of the run, which may be empty, else those of the process. */
export function instructionsOf(
  { instructions }: { readonly instructions?: string | undefined },
  ofProcess = "",
): string {
  return (instructions ?? ofProcess).trim();
}
