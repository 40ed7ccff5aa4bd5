import type { Memory } from "../../memory/memory.js";

/** Whether anything is remembered of a user: an interaction, or a persona of their own. */
export async function isKnownUser(
  user: string,
  { episodes, personas }: Pick<Memory, "episodes" | "personas">,
): Promise<boolean> {
  if ((await episodes.latest(user, 1)).length > 0) return true;
  return (await personas.history(user)).length > 1;
}
