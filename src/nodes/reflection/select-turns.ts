import type { Episode } from "../../domain/episode.js";
import type { Profile } from "../../domain/profile.js";
import type { ReflectionStatus } from "../../domain/reflection-status.js";
import { isAnsweredWithin } from "../update-profile.js";

/** As many as memory keeps in order: the cost of a reflection does not grow with the history. */
export const readEpisodes = 256;

/** The turns of one reflection, oldest first. */
export interface SelectedTurns {
  readonly turns: readonly Episode[];
  /** Those among them that were read before, by a reflection or for the profile. */
  readonly readBefore: ReadonlySet<string>;
}

/**
 * What a reflection reads: the turns that none has read, and other interactions that are new to the profile; beside them
 * those whose true answer or reason came since, and of each thread that continues the last turn that was read, because the new
 * ones may react to it. Nothing without something new.
 *
 * @param latest - The user's latest episodes, newest first.
 * @param at - The present, ISO 8601.
 */
export function selectTurns(
  latest: readonly Episode[],
  { lastReadId }: Pick<ReflectionStatus, "lastReadId">,
  profile: Profile | null,
  at: string,
): SelectedTurns {
  const isNew = ({ id, source }: Episode) =>
    id > (lastReadId ?? "") && (source === "turn" || id > (profile?.lastEpisodeId ?? ""));
  const fresh = latest.filter(isNew);
  const continued = new Set(fresh.flatMap(({ threadId }) => threadId ?? []));
  const before = latest.filter((turn) => !isNew(turn));
  const context = new Set(
    [...continued].map((thread) => before.find(({ threadId }) => threadId === thread)),
  );
  const shownAgain = before.filter(
    (turn) => context.has(turn) || (profile !== null && isAnsweredWithin(turn, profile.at, at)),
  );
  const turns = fresh.length === 0 ? [] : [...fresh, ...shownAgain];
  return {
    turns: turns.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    readBefore: new Set(shownAgain.map(({ id }) => id)),
  };
}
