import { noUsage, type Usage } from "../../domain/usage.js";
import type { Profile } from "../../domain/profile.js";
import type { Memory } from "../../memory/memory.js";
import { refreshProfile } from "../../nodes/update-profile.js";
import type { EvalCase } from "../eval-case.js";
import type { Method, MethodDeps } from "../method.js";
import type { CaseMemory } from "./case-memory.js";
import { caseUser } from "./open-cases.js";

/**
 * Draws the user's profile from the case's history and keeps it in `profiles`: the same call for every method that has
 * one. `null`, without a call, where there is no history.
 *
 * @throws {PersonaAgentError} `model-*`; an answer without its profile would not be the method's.
 */
export async function drawCaseProfile(
  { history, episodes, now }: CaseMemory,
  profiles: Pick<Memory["profiles"], "current" | "append">,
  { alignmentModel, alignmentModelName, signal }: MethodDeps,
): Promise<{ readonly profile: Profile | null; readonly usage: Usage }> {
  if (history.length === 0) return { profile: null, usage: noUsage };
  return refreshProfile(caseUser, {
    model: alignmentModel,
    modelName: alignmentModelName,
    episodes,
    profiles,
    now: () => now().toISOString(),
    config: { signal },
  });
}

/** Calls that it takes, repairs aside. */
export function profileCalls({ history }: EvalCase): ReturnType<Method["preparationCalls"]> {
  const calls = history.length === 0 ? 0 : 1;
  return { least: calls, most: calls };
}
