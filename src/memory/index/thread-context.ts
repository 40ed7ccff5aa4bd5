import type { Episode } from "../../domain/episode.js";
import type { UserKey } from "../../domain/user-id.js";
import { isWhole, readRecent, type RecentPointers } from "../episodes/recent-episodes.js";
import { userNamespaces } from "../namespaces.js";
import { episodeRecord } from "../record-schemas.js";
import type { StoreAccess } from "../store-access.js";
import { alone, type Surroundings } from "./indexed-text.js";

/**
 * How far a neighbour is looked for in the user's time line, on each side: turns of other threads may stand between. A
 * thread further apart than this is two.
 */
const reach = 8;
/** Of the newest episode's neighbours, and of theirs. */
export const mostAround = 2 * reach;
/** How many episodes on each side of one surround it. */
const surrounding = 2;

/** Ids of a user's episodes, oldest first; without a gap around those that it is used for. */
export type TimeLine = readonly string[];

/** By id. */
export type KnownEpisodes = ReadonlyMap<string, Episode>;

/** What was read already. */
export interface Around {
  readonly timeLine?: TimeLine | undefined;
  readonly known?: KnownEpisodes | undefined;
}

/**
 * A time line that holds what stands around these episodes, themselves too: of the latest ones where these are recent or
 * all there are, else of the whole history. Empty where none of them is in a thread.
 *
 * @param recent - Read when it is not given.
 */
export async function readTimeLine(
  access: StoreAccess,
  user: UserKey,
  episodes: readonly Episode[],
  recent?: RecentPointers,
): Promise<TimeLine> {
  const ids = episodes.filter(({ threadId }) => threadId !== null).map(({ id }) => id);
  if (ids.length === 0) return [];
  const pointers = recent ?? (await readRecent(access, user));
  const oldest = [...pointers.keys()].at(-1) ?? "";
  const isRecent = isWhole(pointers) || ids.every((id) => id >= oldest);
  const stored = isRecent
    ? [...pointers.keys()]
    : // Seldom: an import, or a change of an old episode in a long history.
      (await access.scan(userNamespaces(user).episodes)).map(({ key }) => key);
  return [...new Set([...stored, ...ids])].toSorted();
}

/** What surrounds each of some episodes in its thread, in their order. */
export async function readSurroundings(
  access: StoreAccess,
  user: UserKey,
  episodes: readonly Episode[],
  around: Around = {},
): Promise<Surroundings[]> {
  const threaded = episodes.filter(({ threadId }) => threadId !== null);
  if (threaded.length === 0) return episodes.map(() => alone);
  const { line, known } = await readAround(access, user, threaded, reach, around);
  return episodes.map((episode) => surroundingsOf(episode, line, known));
}

/**
 * Those that some episodes surround and that are none of them: what is indexed of them changes with these. With what was
 * read, in which is also what surrounds them.
 */
export async function readNeighbours(
  access: StoreAccess,
  user: UserKey,
  episodes: readonly Episode[],
  around: Around = {},
): Promise<{ readonly neighbours: readonly Episode[]; readonly known: KnownEpisodes }> {
  const threaded = episodes.filter(({ threadId }) => threadId !== null);
  if (threaded.length === 0) return { neighbours: [], known: new Map() };
  const { line, known } = await readAround(access, user, threaded, mostAround, around);
  const own = new Set(episodes.map(({ id }) => id));
  const others = episodes
    .map((episode) => surroundingsOf(episode, line, known))
    .flatMap(({ near, far }) => [...near, ...far]);
  const neighbours = new Map(others.map((episode) => [episode.id, episode]));
  return { neighbours: [...neighbours.values()].filter(({ id }) => !own.has(id)), known };
}

/** The same among these episodes alone. */
export function surroundingsAmong(episodes: readonly Episode[]): Surroundings[] {
  const known = new Map(episodes.map((episode) => [episode.id, episode]));
  const line = [...known.keys()].toSorted();
  return episodes.map((episode) => surroundingsOf(episode, line, known));
}

async function readAround(
  access: StoreAccess,
  user: UserKey,
  episodes: readonly Episode[],
  distance: number,
  { timeLine, known: before }: Around,
) {
  const own = new Map(episodes.map((episode) => [episode.id, episode]));
  const known = new Map([...(before ?? []), ...own]);
  const ids = timeLine ?? (await readTimeLine(access, user, episodes));
  const isKnown = [...own.keys()].every((id) => ids[placeIn(ids, id)] === id);
  const line = isKnown ? ids : [...new Set([...ids, ...own.keys()])].toSorted();
  const around = new Set(
    line.flatMap((id, place) =>
      own.has(id) ? line.slice(Math.max(0, place - distance), place + distance + 1) : [],
    ),
  );
  const missing = [...around].filter((id) => !known.has(id));
  const stored = await access.get(episodeRecord, userNamespaces(user).episodes, missing);
  for (const episode of stored) if (episode !== null) known.set(episode.id, episode);
  return { line, known };
}

function surroundingsOf(
  { id, threadId }: Episode,
  line: TimeLine,
  known: ReadonlyMap<string, Episode>,
): Surroundings {
  if (threadId === null) return alone;
  const place = placeIn(line, id);
  const inThread = (ids: readonly string[]) =>
    ids.flatMap((each) => known.get(each) ?? []).filter((each) => each.threadId === threadId);
  const before = inThread(line.slice(Math.max(0, place - reach), place)).slice(-surrounding);
  const after = inThread(line.slice(place + 1, place + 1 + reach)).slice(0, surrounding);
  return {
    near: [...before.slice(-1), ...after.slice(0, 1)],
    far: [...before.slice(0, -1), ...after.slice(1)],
  };
}

/** Binary search. */
function placeIn(line: TimeLine, id: string): number {
  let [low, high] = [0, line.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((line[middle] ?? "") < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
