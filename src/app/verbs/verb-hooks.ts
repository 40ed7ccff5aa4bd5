import type { z } from "zod";
import type { importProgressShape } from "../../contract/shapes.js";
import type { VerbInput, VerbName, VerbOutput } from "../../contract/verbs.js";
import type { TurnProgress } from "../../state/agent-event.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";

/** What happens while a long verb is done. Plain JSON. */
export type VerbProgress =
  | TurnProgress
  | AlignmentEvent
  | Readonly<z.output<typeof importProgressShape>>;

/** What a caller hears of a verb beside its result. */
export interface VerbHooks {
  /** Stops a long verb. */
  readonly signal?: AbortSignal | undefined;
  /** Called for each step of a long verb. */
  readonly onProgress?: ((progress: VerbProgress) => void) | undefined;
  /** Called with the failures of memory that were worked around and that the result does not name itself. */
  readonly onDegraded?: ((degraded: readonly string[]) => void) | undefined;
}

/** Does what a verb says, here or on a server. */
export type CallVerb = <Name extends VerbName>(
  name: Name,
  input: VerbInput<Name>,
  hooks?: VerbHooks,
) => Promise<VerbOutput<Name>>;
