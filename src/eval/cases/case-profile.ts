import { createSpendingLog } from "../../memory/spending-log.js";
import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import { createAcceptanceHistory } from "../../memory/acceptance-history.js";
import { createStoreAccess } from "../../memory/store-access.js";
import { createLocaleStore } from "../../memory/personas/locale-store.js";
import {
  createAlignmentStatusStore,
  createReflectionStatusStore,
} from "../../memory/personas/status-store.js";
import { createPersonaLog } from "../../memory/personas/persona-log.js";
import { createProfileLog } from "../../memory/personas/profile-log.js";
import { noUsage, type Usage } from "../../domain/usage.js";
import type { Profile } from "../../domain/profile.js";
import type { Memory } from "../../memory/memory.js";
import { refreshProfile } from "../../nodes/update-profile.js";
import { exactly, type Range } from "../call-range.js";
import type { EvalCase } from "../eval-case.js";
import type { MethodDeps } from "../method.js";
import type { CaseMemory } from "./case-memory.js";
import { caseUser } from "./case-user.js";

/**
 * Draws the user's profile from the case's history into `profiles`: the same call for every method with a profile. `null`,
 * without a call, for an empty history.
 *
 * @throws {PersonaAgentError} `model-*`; an answer without its profile would not be the method's.
 */
export async function drawCaseProfile(
  { history, episodes, now }: CaseMemory,
  profiles: Pick<Memory["profiles"], "current" | "appendAfter">,
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

/** Calls that it takes, without repairs. */
export function profileCalls({ history }: EvalCase): Range {
  return exactly(history.length === 0 ? 0 : 1);
}

/** An empty store for what an arm learns of a case's user. All arms share the episodes. */
export function createPersonaMemory(): Omit<Memory, "episodes"> & {
  readonly store: InMemoryStore;
} {
  const store = new InMemoryStore();
  const access = createStoreAccess(store);
  return {
    store,
    profiles: createProfileLog(access),
    personas: createPersonaLog(access),
    alignments: createAlignmentStatusStore(access),
    locales: createLocaleStore(access),
    reflections: createReflectionStatusStore(access),
    spending: createSpendingLog(access),
    acceptance: createAcceptanceHistory(access, () => new Date()),
  };
}
