import type { AlignmentStates } from "./alignment-states.js";
import type { EpisodicMemory } from "./episodic-memory.js";
import type { PersonaLog } from "./persona-log.js";
import type { ProfileMemory } from "./profile-memory.js";

/** All that is remembered of users, over one store and one index. */
export interface Memory {
  readonly episodes: EpisodicMemory;
  readonly profiles: ProfileMemory;
  readonly personas: PersonaLog;
  readonly alignments: AlignmentStates;
}
