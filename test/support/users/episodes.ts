import {
  importedEpisodeId,
  turnEpisodeId,
  turnIdentity,
  type Episode,
} from "../../../src/domain/episode.js";
import { userKey } from "../../../src/domain/user-id.js";

const firstTime = Date.parse("2025-01-01T00:00:00.000Z");
const minute = 60_000;

/** The time of the test's nth minute, ISO 8601. */
export function minuteAt(n: number): string {
  return new Date(firstTime + n * minute).toISOString();
}

/** A turn that happened in the nth minute; its message has that number too. */
export function turnAt(n: number, query: string, change: Partial<Episode> = {}): Episode {
  const at = minuteAt(n);
  const identity = turnIdentity(userKey("anyone"), "thread", { id: `m${n}`, text: query });
  return {
    schemaVersion: 3,
    id: turnEpisodeId(at, identity),
    at,
    query,
    options: null,
    scale: null,
    response: `response ${n}`,
    groundTruth: null,
    feedback: null,
    replacedResponses: [],
    toolsUsed: [],
    personaVersion: 0,
    threadId: "thread",
    source: "turn",
    task: null,
    ...change,
  };
}

/** An undated imported item at a position of its history. */
export function undatedItem(position: number, query: string, answer: string | null): Episode {
  const item = { itemId: String(position), query, groundTruth: answer, at: null, position };
  return {
    ...turnAt(0, query),
    id: importedEpisodeId(userKey("anyone"), item),
    at: null,
    response: null,
    groundTruth: answer,
    personaVersion: null,
    threadId: null,
    source: "import",
  };
}
