import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import type { Memory } from "../../memory/memory.js";
import { createStoreAccess } from "../../memory/store-access.js";
import { createStoreAlignmentStates } from "../../memory/personas/store-alignment-statuses.js";
import { createStorePersonaLog } from "../../memory/personas/store-persona-log.js";
import { createStoreProfileMemory } from "../../memory/personas/store-profile-log.js";

/** What an arm learns of a case's user, beside the episodes that all arms share; empty at first. */
export function createPersonaMemory(): Omit<Memory, "episodes"> & {
  readonly store: InMemoryStore;
} {
  const store = new InMemoryStore();
  const access = createStoreAccess(store);
  return {
    store,
    profiles: createStoreProfileMemory(access),
    personas: createStorePersonaLog(access),
    alignments: createStoreAlignmentStates(access),
  };
}
