import { isEpisodeId, orderOfId } from "../../domain/episode.js";
import { PersonaAgentError } from "../../errors.js";
import type { IndexBounds } from "../index/episode-index.js";
import type { RecallBounds } from "./episodic-memory.js";

/** Which episodes a search may see: exactly, and as the bounds an index understands. */
export interface VisibleEpisodes {
  includes(id: string): boolean;
  /** Never narrower than `includes`. */
  readonly indexBounds: IndexBounds;
  /** No bound but single ids. */
  readonly isTimeless: boolean;
  /** How many more to ask of an index that cannot leave single ids out. */
  readonly excludedCount: number;
}

/** @throws {PersonaAgentError} `config-invalid` when a time or an id is not one. */
export function visibleEpisodes(bounds: RecallBounds = {}): VisibleEpisodes {
  const { since, until, beforeId, excludeIds = [] } = bounds;
  if (beforeId !== undefined && !isEpisodeId(beforeId))
    throw refused("beforeId", beforeId, "an episode id");
  const excluded = new Set(excludeIds);
  // Orders are whole milliseconds, so the index's exclusive bounds say "at or after" one step lower; ids of the same
  // millisecond as `beforeId` are told apart below.
  const after = since === undefined ? undefined : timeOf("since", since) - 1;
  const ends = [
    ...(until === undefined ? [] : [timeOf("until", until)]),
    ...(beforeId === undefined ? [] : [orderOfId(beforeId) + 1]),
  ];
  const before = ends.length === 0 ? undefined : Math.min(...ends);
  return {
    includes(id) {
      const order = orderOfId(id);
      return (
        (after === undefined || order > after) &&
        (before === undefined || order < before) &&
        (beforeId === undefined || id < beforeId) &&
        !excluded.has(id)
      );
    },
    indexBounds: {
      ...(after === undefined ? {} : { after }),
      ...(before === undefined ? {} : { before }),
    },
    isTimeless: after === undefined && before === undefined,
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
