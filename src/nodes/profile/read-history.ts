import type { Episode } from "../../domain/episode.js";
import type { EpisodicMemory } from "../../memory/episodes/episodic-memory.js";

const pageSize = 500;

/** All that a user did, as it was read at one time. */
export interface WholeHistory {
  /** When the reading began, ISO 8601 UTC: what changed later may not be in it. */
  readonly at: string;
  /** Oldest first. */
  readonly episodes: readonly Episode[];
}

export async function readWholeHistory(
  userId: string,
  memory: Pick<EpisodicMemory, "list">,
  now: () => string,
): Promise<WholeHistory> {
  const at = now();
  const found: Episode[] = [];
  for (;;) {
    const before = found.at(-1)?.id;
    const page = await memory.list(userId, {
      limit: pageSize,
      ...(before === undefined ? {} : { before }),
    });
    if (page.length === 0) return { at, episodes: found.toReversed() };
    found.push(...page);
  }
}
