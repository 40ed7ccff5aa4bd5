import type { AlignmentStatusStore } from "./personas/alignment-status-store.js";
import type { EpisodicMemory } from "./episodes/episodic-memory.js";
import type { PersonaLog } from "./personas/persona-log.js";
import type { ProfileLog } from "./personas/profile-log.js";

/** All that is remembered of users, over one store and one index. */
export interface Memory {
  readonly episodes: EpisodicMemory;
  readonly profiles: ProfileLog;
  readonly personas: PersonaLog;
  readonly alignments: AlignmentStatusStore;
}
