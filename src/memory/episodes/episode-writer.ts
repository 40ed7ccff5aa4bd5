import { isDeepStrictEqual } from "node:util";
import { isEpisodeId, type Episode } from "../../domain/episode.js";
import { parseUserId, userKey, type UserKey } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../system/errors.js";
import type { EpisodicMemory } from "./episodic-memory.js";
import { enqueue, outboxIds, outboxEntry, readOutbox } from "../index/index-outbox.js";
import type { IndexUpkeep } from "../index/index-sync.js";
import { readNeighbours, readTimeLine, type TimeLine } from "../index/thread-context.js";
import type { KeyedQueue } from "../../system/keyed-queue.js";
import { mergeEpisode, storableEpisode } from "./merge-episode.js";
import { userNamespaces, usersNamespace } from "../namespaces.js";
import { admitted, filled, pointerChange, readRecent, recentSize } from "./recent-episodes.js";
import { episodeRecord } from "../record-schemas.js";
import type { StoreAccess, StoreChange } from "../store-access.js";
import { parseRecord } from "../parse-record.js";
import type { Degradations } from "../search/degradations.js";

interface WriteOptions {
  readonly indexed?: boolean;
  readonly catchUp?: boolean;
  readonly timeLine?: TimeLine;
}

/** The three ways an episode changes. One change of one user at a time in this process. */
export interface EpisodeWriter {
  /**
   * Up to `outboxEntrySize` episodes, merged with what is stored. Gives them as they stand, and how many are new.
   * With `indexed` false they only go to the outbox. `timeLine`: the ids among which neighbours are looked for;
   * read when it is not given.
   */
  write(
    userId: string,
    episodes: readonly Episode[],
    degradations: Degradations,
    options?: WriteOptions,
  ): Promise<{ readonly episodes: Episode[]; readonly added: number }>;
  readonly update: EpisodicMemory["update"];
  readonly delete: EpisodicMemory["delete"];
}

/**
 * Reading, merging and writing one episode is one step within this process only: the store has no compare-and-set,
 * so of two processes that change one episode at the same instant, the last one's record stands.
 */
export function createEpisodeWriter(
  access: StoreAccess,
  upkeep: IndexUpkeep,
  queue: KeyedQueue,
  now: () => Date,
): EpisodeWriter {
  async function read(user: UserKey, ids: readonly string[]) {
    const [stored, pointers, outbox] = await Promise.all([
      access.get(episodeRecord, userNamespaces(user).episodes, ids),
      readRecent(access, user),
      readOutbox(access, user),
    ]);
    return { stored, pointers, outbox };
  }

  /** Held. `after` are the episodes to stand; those that stand already and are in the index cost nothing. */
  async function put(
    userId: string,
    before: Awaited<ReturnType<typeof read>>,
    after: readonly { readonly stored: Episode | null; readonly episode: Episode }[],
    degradations: Degradations,
    { indexed = true, catchUp = true, ...options }: WriteOptions = {},
  ) {
    const user = userKey(userId);
    const waiting = new Set(outboxIds(before.outbox));
    const changed = after.filter(
      ({ stored, episode }) => waiting.has(episode.id) || !isDeepStrictEqual(stored, episode),
    );
    if (changed.length === 0) return;
    const changedEpisodes = changed.map(({ episode }) => episode);
    const timeLine =
      options.timeLine ?? (await readTimeLine(access, user, changedEpisodes, before.pointers));
    const neighbours = await readNeighbours(access, user, changedEpisodes, timeLine);
    const entry = outboxEntry(idsOf(changedEpisodes), idsOf(neighbours));
    const first = before.pointers.size === 0;
    const pointers = new Map(
      changed.map(({ stored, episode }) => {
        const known =
          stored?.groundTruth === episode.groundTruth ? before.pointers.get(episode.id) : null;
        const answeredAt = episode.groundTruth === null ? null : (known ?? now().toISOString());
        return [episode.id, answeredAt] as const;
      }),
    );
    // In this order: an acknowledged episode has its pointer and its outbox entry; either without one is harmless.
    await access.write([
      ...(first ? [userChange(user, userId)] : []),
      enqueue(user, entry),
      ...admitted(user, before.pointers, pointers),
      ...changed.map(({ episode }) => episodeChange(user, episode.id, episode)),
    ]);
    if (!indexed) return;
    const episodes = [...changedEpisodes, ...neighbours];
    await upkeep.indexEpisodes(user, { episodes, entry, timeLine }, first, degradations);
    const others = before.outbox.filter(({ key }) => key !== entry.key);
    if (catchUp) await upkeep.drainOlder(user, others, degradations);
  }

  return {
    async write(userId, episodes, degradations, options) {
      const user = userKey(userId);
      const incoming = episodes.map(storableEpisode);
      const ids = [...new Set(incoming.map(({ id }) => id))];
      return queue.run(user, async () => {
        const before = await read(user, ids);
        const after = ids.map((id, place) => {
          const stored = before.stored[place] ?? null;
          const versions = incoming.filter((episode) => episode.id === id);
          const [first = stored, ...rest] = stored === null ? versions : [stored, ...versions];
          if (first === null) throw new TypeError(`No version of episode ${id}.`);
          return { stored, episode: rest.reduce(mergeEpisode, first) };
        });
        await put(userId, before, after, degradations, options);
        return {
          episodes: after.map(({ episode }) => copyOf(user, episode)),
          added: after.filter(({ stored }) => stored === null).length,
        };
      });
    },
    async update(userId, id, change) {
      const user = userKey(userId);
      const degradations = upkeep.newDegradations();
      return queue.run(user, async () => {
        if (!isEpisodeId(id)) throw unknown(id);
        const before = await read(user, [id]);
        const [stored] = before.stored;
        if (stored === undefined || stored === null) throw unknown(id);
        const made = typeof change === "function" ? change(copyOf(user, stored)) : change;
        if (made === null) return { episode: copyOf(user, stored), degraded: [] };
        const { groundTruth: answer = stored.groundTruth, feedback } = made;
        const episode = storableEpisode({ ...stored, groundTruth: answer, feedback });
        await put(userId, before, [{ stored, episode }], degradations);
        return { episode: copyOf(user, episode), degraded: degradations.kinds() };
      });
    },
    async delete(userId, id) {
      const user = userKey(userId);
      return queue.run(user, async () => {
        if (!isEpisodeId(id)) return false;
        const { stored, pointers } = await read(user, [id]);
        if (stored[0] === undefined || stored[0] === null) return false;
        const timeLine = await readTimeLine(access, user, [stored[0]], pointers);
        const neighbours = await readNeighbours(access, user, [stored[0]], timeLine);
        const entry = outboxEntry([id], idsOf(neighbours));
        const last = pointers.size === 1 && pointers.has(id);
        const refill = pointers.has(id) && pointers.size === recentSize;
        await access.write([
          enqueue(user, entry),
          ...(refill ? await refilled(user, pointers, id) : []),
          pointerChange(user, id, null),
          episodeChange(user, id, null),
          ...(last ? [userChange(user, null), stateless(user)] : []),
        ]);
        await upkeep.removeFromIndex(user, entry, upkeep.newDegradations());
        return true;
      });
    },
  };

  /** A window that a deletion would leave with fewer than its size is filled up first: fewer means "all there are". */
  async function refilled(user: UserKey, pointers: ReadonlyMap<string, string | null>, id: string) {
    const items = await access.scan(userNamespaces(user).episodes);
    const others = items.filter(({ key }) => key !== id);
    const history = others.map((item) => parseRecord(episodeRecord, item));
    return [...filled(history, pointers)]
      .filter(([key]) => !pointers.has(key))
      .map(([key, answeredAt]) => pointerChange(user, key, { schemaVersion: 1, answeredAt }));
  }
}

const idsOf = (episodes: readonly Episode[]) => episodes.map(({ id }) => id);

function copyOf(user: UserKey, episode: Episode): Episode {
  const namespace = userNamespaces(user).episodes;
  return parseRecord(episodeRecord, { namespace, key: episode.id, value: episode });
}

function episodeChange(user: UserKey, id: string, value: Episode | null): StoreChange {
  return { namespace: userNamespaces(user).episodes, key: id, value };
}

function userChange(user: UserKey, userId: string | null): StoreChange {
  const value = userId === null ? null : { schemaVersion: 1, userId: parseUserId(userId) };
  return { namespace: usersNamespace, key: user, value };
}

function stateless(user: UserKey): StoreChange {
  return { namespace: userNamespaces(user).index, key: "state", value: null };
}

/** Says nothing of the user, and the same of an episode that is somebody else's: the message may stand in a trace. */
function unknown(id: string): PersonaAgentError {
  return new PersonaAgentError(
    "config-episode-unknown",
    `The user has no episode ${JSON.stringify(id.slice(0, 60))}; expected the id of one. List the user's episodes to find it.`,
    { details: { id } },
  );
}
