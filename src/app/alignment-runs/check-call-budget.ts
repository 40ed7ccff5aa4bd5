import type { AlignConfig } from "../../config/alignment-settings.js";
import { callsOfSmallestRun } from "../../nodes/alignment/alignment-budget.js";
import { PersonaAgentError } from "../../system/errors.js";

/**
 * Refuses a budget of model calls with which no update can be judged, even if each answer is a single call and none needs a
 * judge.
 *
 * @throws {PersonaAgentError} `config-invalid` with the number that is needed.
 */
export function checkCallBudget(config: AlignConfig): void {
  const needed = callsOfSmallestRun(config, { answer: 1 });
  for (const name of ["maxCalls", "maxCallsPerDay"] as const) {
    const limit = config[name];
    if (limit !== undefined && limit < needed)
      throw new PersonaAgentError(
        "config-invalid",
        `The budget ${name} is ${limit}; expected at least ${needed}, to judge the smallest update (1 more to update the profile first). Raise it, or leave it out.`,
      );
  }
}
