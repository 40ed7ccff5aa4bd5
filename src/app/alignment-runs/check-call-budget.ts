import type { AlignConfig } from "../../config/alignment-settings.js";
import { callsOfItem } from "../../nodes/alignment/alignment-budget.js";
import { PersonaAgentError } from "../../system/errors.js";

/**
 * Refuses a budget of model calls with which no run can come to an update: one interaction is answered and criticised,
 * then the update is asked for.
 *
 * @throws {PersonaAgentError} `config-invalid` with the number that is needed.
 */
export function checkCallBudget(config: AlignConfig): void {
  const needed = callsOfItem(config) + 1;
  for (const name of ["maxCalls", "maxCallsPerDay"] as const) {
    const limit = config[name];
    if (limit !== undefined && limit < needed)
      throw new PersonaAgentError(
        "config-invalid",
        `The budget ${name} is ${limit}; expected at least ${needed}, to answer and criticise one interaction and to write one update (1 more to update the profile first). Raise it, or leave it out.`,
      );
  }
}
