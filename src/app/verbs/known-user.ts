import { PersonaAgentError } from "../../system/errors.js";
import type { Memory } from "../../memory/memory.js";

/**
 * Refuses a user of whom nothing is remembered: no interaction, and no persona of their own.
 *
 * @throws {PersonaAgentError} `config-user-unknown`
 */
export async function expectKnownUser(
  user: string,
  { episodes, personas }: Pick<Memory, "episodes" | "personas">,
): Promise<void> {
  if ((await episodes.latest(user, 1)).length > 0) return;
  if ((await personas.history(user)).length > 1) return;
  throw new PersonaAgentError(
    "config-user-unknown",
    `No memory of user ${JSON.stringify(user)}; expected one with interactions to learn from. Check the id, or import a history first.`,
  );
}
