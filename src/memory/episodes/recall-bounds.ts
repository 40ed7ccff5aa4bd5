import { isEpisodeId, orderOfId } from "../../domain/episode.js";
import { localDay } from "../../domain/local-time.js";
import type { Locale } from "../../domain/locale.js";
import { PersonaAgentError } from "../../system/errors.js";
import type { IndexBounds } from "../index/episode-index.js";
import type { AskedDay, RecallBounds } from "./episodic-memory.js";

/** @param at - When the question is asked, ISO 8601 UTC. */
export function askedOn(at: string, { timeZone }: Pick<Locale, "timeZone">): AskedDay {
  return { day: localDay(at, timeZone), timeZone };
}

/** The episodes that a search may see: exactly, and as bounds for an index. */
export interface VisibleEpisodes {
  includes(id: string): boolean;
  /** Never narrower than `includes`. */
  readonly indexBounds: IndexBounds;
  /** Whether single ids are the only bound. */
  readonly isTimeless: boolean;
  /** How many more hits to request from an index, which cannot exclude single ids. */
  readonly excludedCount: number;
}

/** @throws {PersonaAgentError} `config-invalid` for an invalid time or id. */
export function visibleEpisodes(bounds: RecallBounds = {}): VisibleEpisodes {
  const { since, until, beforeId, excludeIds = [] } = bounds;
  if (beforeId !== undefined && !isEpisodeId(beforeId))
    throw refused("beforeId", beforeId, "an episode id");
  const excluded = new Set(excludeIds);
  // Orders are whole milliseconds, and the index's bounds are exclusive: "at or after" is one lower. Ids of the same
  // millisecond as `beforeId` are compared in `includes`.
  const after = since === undefined ? -Infinity : timeOf("since", since) - 1;
  const before = Math.min(
    until === undefined ? Infinity : timeOf("until", until),
    beforeId === undefined ? Infinity : orderOfId(beforeId) + 1,
  );
  return {
    includes(id) {
      const order = orderOfId(id);
      const isInTime = order > after && order < before;
      return isInTime && (beforeId === undefined || id < beforeId) && !excluded.has(id);
    },
    indexBounds: { ...(after > -Infinity && { after }), ...(before < Infinity && { before }) },
    isTimeless: after === -Infinity && before === Infinity,
    excludedCount: excluded.size,
  };
}

function timeOf(name: string, value: string): number {
  const time = Date.parse(value);
  if (!Number.isNaN(time)) return time;
  throw refused(name, value, "an ISO 8601 time such as 2026-01-31T12:00:00Z");
}

function refused(name: string, value: string, expected: string): PersonaAgentError {
  return new PersonaAgentError(
    "config-invalid",
    `The recall bound ${name} is ${JSON.stringify(value.slice(0, 60))}; expected ${expected}. Correct it or leave it out.`,
  );
}
