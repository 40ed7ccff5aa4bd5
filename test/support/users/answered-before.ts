import type { PersonaAgent } from "../../../src/app/persona-agent.js";
import { undatedItem } from "./episodes.js";
import type { SetClock } from "../agents/agent-under-test.js";

/** Ada gave so many true answers that a run has enough, and an alignment has seen them all. */
export async function answeredBefore({
  memory,
  clock,
}: {
  readonly memory: PersonaAgent["memory"];
  readonly clock: SetClock;
}): Promise<void> {
  const items = Array.from({ length: 11 }, (_, n) => undatedItem(n, `Number ${n}?`, "yes"));
  await memory.episodes.addMany("ada", items);
  await memory.alignments.update("ada", { seenAt: clock.now().toISOString() });
  clock.advanceDays(1);
}
