import type { Episode } from "../domain/episode.js";
import type { Memory } from "../memory/memory.js";

const pageSize = 500;

/** All episodes of a user. */
export interface WholeHistory {
  /** When the reading began, ISO 8601 UTC: later changes may be missing. */
  readonly at: string;
  /** Oldest first. */
  readonly episodes: readonly Episode[];
}

export async function readWholeHistory(
  userId: string,
  memory: Pick<Memory["episodes"], "list">,
  now: () => string,
): Promise<WholeHistory> {
  const at = now();
  const episodes: Episode[] = [];
  for (;;) {
    const before = episodes.at(-1)?.id;
    const page = await memory.list(userId, { limit: pageSize, ...(before && { before }) });
    if (page.length === 0) return { at, episodes: episodes.toReversed() };
    episodes.push(...page);
  }
}
