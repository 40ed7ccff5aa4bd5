import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import type { Memory } from "../../memory/memory.js";
import { createStoreAccess } from "../../memory/store-access.js";
import { createAlignmentStatusStore } from "../../memory/personas/alignment-status-store.js";
import { createPersonaLog } from "../../memory/personas/persona-log.js";
import { createProfileLog } from "../../memory/personas/profile-log.js";

/** What an arm learns of a case's user, beside the episodes that all arms share; empty at first. */
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
  };
}
