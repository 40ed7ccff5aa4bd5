import { PersonaAgentError } from "../../system/errors.js";
import type { Memory } from "../../memory/memory.js";

/** Whether anything is remembered of a user: an interaction, or a persona of their own. */
export async function isKnownUser(
  user: string,
  { episodes, personas }: Pick<Memory, "episodes" | "personas">,
): Promise<boolean> {
  if ((await episodes.latest(user, 1)).length > 0) return true;
  return (await personas.history(user)).length > 1;
}

/** What a command says of a user of whom nothing is remembered. */
export function noMemoryOf(user: string): string {
  return `No memory of user ${JSON.stringify(user)}`;
}

/** @throws {PersonaAgentError} `config-user-unknown` */
export async function expectKnownUser(
  user: string,
  memory: Pick<Memory, "episodes" | "personas">,
): Promise<void> {
  if (await isKnownUser(user, memory)) return;
  throw new PersonaAgentError(
    "config-user-unknown",
    `${noMemoryOf(user)}; expected one with interactions to learn from. Check the id, or import a history first.`,
  );
}
