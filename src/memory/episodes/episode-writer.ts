import { unknownEpisode } from "./unknown-episode.js";
import { isDeepStrictEqual } from "node:util";
import { isEpisodeId, type Episode } from "../../domain/episode.js";
import { userKey, type UserKey } from "../../domain/user-id.js";
import { episodeChange, idsOf, userChange } from "./episode-changes.js";
import type { EpisodicMemory, TurnOptions } from "./episodic-memory.js";
import type { EpisodeForgetting } from "./forget-episode.js";
import { notForgotten } from "./forgotten-turns.js";
import { enqueue, outboxIds, outboxEntry, readOutbox } from "../index/index-outbox.js";
import type { IndexUpkeep, StoredEpisodes } from "../index/index-sync.js";
import {
  mostAround,
  readNeighbours,
  readTimeLine,
  type TimeLine,
} from "../index/thread-context.js";
import type { KeyedQueue, QueueTurn } from "../../system/keyed-queue.js";
import { mergeEpisode, storableEpisode } from "./merge-episode.js";
import { userNamespaces } from "../namespaces.js";
import { admitted } from "./recent-episodes.js";
import type { RecentReader } from "./recent-reader.js";
import { episodeRecord, spendingRecord } from "../record-schemas.js";
import { dayOf, spendingChange } from "../spending-log.js";
import type { Spending, Spent } from "../../domain/spending.js";
import type { ReadRecord, StoreAccess, StoreChange } from "../store-access.js";
import { parseRecord } from "../parse-record.js";
import { readWithdrawals, withdrawalChange } from "../withdrawals.js";
import type { Degradations } from "../search/degradations.js";
import { untilWritten } from "../change-record.js";

interface WriteOptions extends TurnOptions {
  /** Is given what the index is to learn, in place of the index, which learns it before the call returns. */
  readonly onStored?: (stored: StoredEpisodes) => void;
  /** The ids among which neighbours are looked for; read when they are not given. */
  readonly timeLine?: TimeLine;
}

interface Written {
  readonly episodes: Episode[];
  readonly added: number;
}

/** The three ways an episode changes. One change of one user at a time in this process. */
export interface EpisodeWriter {
  /** Up to `outboxEntrySize` episodes, merged with what is stored. Gives them as they stand, and how many are new. */
  write(
    userId: string,
    episodes: readonly Episode[],
    degradations: Degradations,
    options?: WriteOptions,
  ): Promise<Written>;
  /** Held: within a turn of the user's queue that the caller has. */
  writeWithin(turn: QueueTurn, ...given: Parameters<EpisodeWriter["write"]>): Promise<Written>;
  readonly update: EpisodicMemory["update"];
  readonly delete: EpisodicMemory["delete"];
}

/**
 * Reading, merging and writing one episode is one step: within this process by the queue, and beside others because it is
 * written only while it is stored as it was read.
 */
export function createEpisodeWriter(
  access: StoreAccess,
  upkeep: IndexUpkeep,
  queue: KeyedQueue,
  forgetting: EpisodeForgetting,
  recentReader: RecentReader,
  now: () => Date,
): EpisodeWriter {
  async function read(user: UserKey, ids: readonly string[], day?: string) {
    const [found, recent, outbox, [spending]] = await Promise.all([
      access.read(episodeRecord, userNamespaces(user).episodes, ids),
      recentReader.read(user, mostAround),
      readOutbox(access, user),
      access.read(spendingRecord, userNamespaces(user).spending, day === undefined ? [] : [day]),
    ]);
    const stored = found.map(({ record }) => record);
    return { stored, asStored: found.map((each) => each.stored), ...recent, outbox, spending };
  }

  /** The same with the user's withdrawals, in one look unless a deletion has to be finished first. */
  async function readWithWithdrawals(user: UserKey, ids: readonly string[], day?: string) {
    const [known, before] = await Promise.all([
      readWithdrawals(access, user),
      read(user, ids, day),
    ]);
    if (known.every(({ unfinished }) => unfinished === null)) return { known, before };
    return { known: await forgetting.finished(user), before: await read(user, ids, day) };
  }

  /**
   * Held. `after` are the episodes to stand; those that stand already and are in the index cost nothing.
   *
   * @returns False where another process has changed one of them since it was read.
   */
  async function put(
    userId: string,
    before: Awaited<ReturnType<typeof read>>,
    after: readonly { readonly stored: Episode | null; readonly episode: Episode }[],
    degradations: Degradations,
    turn: QueueTurn,
    {
      withdrawals = [],
      ...options
    }: WriteOptions & { readonly withdrawals?: readonly StoreChange[] } = {},
  ): Promise<boolean> {
    const user = userKey(userId);
    const waiting = new Set(outboxIds(before.outbox));
    const changed = after.filter(
      ({ stored, episode }) => waiting.has(episode.id) || !isDeepStrictEqual(stored, episode),
    );
    if (changed.length === 0) return true;
    const changedEpisodes = changed.map(({ episode }) => episode);
    const timeLine =
      options.timeLine ?? (await readTimeLine(access, user, changedEpisodes, before.pointers));
    const { neighbours, known } = await readNeighbours(access, user, changedEpisodes, {
      timeLine,
      known: before.known,
    });
    const entry = outboxEntry(idsOf(changedEpisodes), idsOf(neighbours));
    const isFirst = before.pointers.size === 0;
    const pointers = new Map(
      changed.map(({ stored, episode }) => {
        const answered =
          stored?.groundTruth === episode.groundTruth ? before.pointers.get(episode.id) : null;
        const answeredAt = episode.groundTruth === null ? null : (answered ?? now().toISOString());
        return [episode.id, answeredAt] as const;
      }),
    );
    // In this order: an acknowledged episode has its pointer and its outbox entry; either without one is harmless.
    const asRead = before.asStored.filter(({ key }) =>
      changedEpisodes.some((episode) => episode.id === key),
    );
    const spent = spentBy(user, before.spending, options.spending);
    const isWritten = await access.writeIf(
      [...asRead, ...spent.expected],
      [
        ...spent.changes,
        ...withdrawals,
        ...(isFirst ? [userChange(user, userId)] : []),
        enqueue(user, entry),
        ...admitted(user, before.pointers, pointers),
        ...changed.map(({ episode }) => episodeChange(user, episode.id, episode)),
      ],
    );
    if (!isWritten) return false;
    for (const { id } of changedEpisodes) recentReader.wrote(user, id);
    const stored = {
      episodes: [...changedEpisodes, ...neighbours],
      entry,
      turn,
      isFirst,
      older: before.outbox.filter(({ key }) => key !== entry.key),
      timeLine,
      known,
    };
    if (options.onStored) options.onStored(stored);
    else await upkeep.indexEpisodes(user, stored, turn, degradations);
    return true;
  }

  async function writeWithin(
    turn: QueueTurn,
    userId: string,
    episodes: readonly Episode[],
    degradations: Degradations,
    options?: WriteOptions,
  ): Promise<Written> {
    const user = userKey(userId);
    const given = episodes.map(storableEpisode);
    const givenIds = [...new Set(given.map(({ id }) => id))];
    return untilWritten(async () => {
      const day = options?.spending && dayOf(now().toISOString());
      const { known, before } = await readWithWithdrawals(user, givenIds, day);
      const { incoming, withdrawals } = notForgotten(user, given, known, options);
      const ids = [...new Set(incoming.map(({ id }) => id))];
      const after = ids.map((id) => {
        const stored = before.stored[givenIds.indexOf(id)] ?? null;
        const versions = incoming.filter((episode) => episode.id === id);
        const [first = stored, ...rest] = stored === null ? versions : [stored, ...versions];
        if (first === null) throw new TypeError(`No version of episode ${id}.`);
        return { stored, episode: rest.reduce(mergeEpisode, first) };
      });
      const change = { ...options, withdrawals };
      if (!(await put(userId, before, after, degradations, turn, change))) return null;
      return {
        episodes: after.map(({ episode }) => copyOf(user, episode)),
        added: after.filter(({ stored }) => stored === null).length,
      };
    });
  }

  return {
    write: async (userId, ...given) =>
      queue.run(userKey(userId), (turn) => writeWithin(turn, userId, ...given)),
    writeWithin,
    async update(userId, id, change) {
      const user = userKey(userId);
      const degradations = upkeep.newDegradations();
      const attempt = async (turn: QueueTurn) => {
        if (!isEpisodeId(id)) throw unknownEpisode(id);
        const { known, before } =
          typeof change === "function"
            ? await readWithWithdrawals(user, [id])
            : { known: [], before: await read(user, [id]) };
        const [stored] = before.stored;
        if (stored === undefined || stored === null) throw unknownEpisode(id);
        const made = typeof change === "function" ? change(copyOf(user, stored), known) : change;
        if (made === null) return { episode: copyOf(user, stored), degraded: [] };
        const { groundTruth: answer = stored.groundTruth, feedback } = made;
        const episode = storableEpisode({ ...stored, groundTruth: answer, feedback });
        const withdrawals = correctionOf(user, stored, episode.groundTruth, feedback.at);
        const after = [{ stored, episode }];
        if (!(await put(userId, before, after, degradations, turn, { withdrawals }))) return null;
        return { episode: copyOf(user, episode), degraded: degradations.kinds() };
      };
      return queue.run(user, (turn) => untilWritten(() => attempt(turn)));
    },
    delete: async (userId, id) => {
      const user = userKey(userId);
      return queue.run(user, async () => forgetting.forget(user, id));
    },
  };
}

/** A true answer that was there and is another one now, or none. A refresh of the profile goes by the same time. */
function correctionOf(user: UserKey, stored: Episode, groundTruth: string | null, at: string) {
  if (stored.groundTruth === null || stored.groundTruth === groundTruth) return [];
  return [
    withdrawalChange(user, {
      schemaVersion: 1,
      episodeId: stored.id,
      what: groundTruth === null ? "answer-removed" : "answer-replaced",
      at,
      responses: [],
      sameIn: [],
      unfinished: null,
    }),
  ];
}

/** In the same write as the turn's episode: it is one statement, and is made again with it. */
function spentBy(
  user: UserKey,
  read: ReadRecord<{ readonly spent: readonly Spent[] } | null> | undefined,
  spending: Spending | undefined,
): { readonly expected: readonly StoreChange[]; readonly changes: readonly StoreChange[] } {
  if (read === undefined || spending === undefined || spending.usage.calls === 0)
    return { expected: [], changes: [] };
  const before = read.record?.spent ?? [];
  return {
    expected: [read.stored],
    changes: [spendingChange(user, read.stored.key, before, spending)],
  };
}

function copyOf(user: UserKey, episode: Episode): Episode {
  const namespace = userNamespaces(user).episodes;
  return parseRecord(episodeRecord, { namespace, key: episode.id, value: episode });
}
