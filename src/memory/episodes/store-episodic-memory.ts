import { LRUCache } from "lru-cache";
import { identityOfId, isEpisodeId, orderOfId } from "../../domain/episode.js";
import { userKey, type UserKey } from "../../domain/user-id.js";
import type { CachedEmbedder } from "../search/cached-embedder.js";
import type { EpisodeIndex } from "../index/episode-index.js";
import { createEpisodeWriter } from "./episode-writer.js";
import type { EpisodicMemory, RecallBounds, RecentCounts } from "./episodic-memory.js";
import { createEpisodeForgetting, type ErasableLogs } from "./forget-episode.js";
import { createHybridRecall } from "../search/hybrid-search.js";
import { outboxEntrySize, readOutbox } from "../index/index-outbox.js";
import { embeddedText } from "../index/indexed-text.js";
import { createIndexUpkeep, type StoredEpisodes } from "../index/index-sync.js";
import { createSeals } from "../index/sealed-entries.js";
import { readTimeLine } from "../index/thread-context.js";
import { allSettled } from "../../system/close-stack.js";
import { keepPromise } from "../../system/keep-promise.js";
import type { KeyedQueue, QueueTurn } from "../../system/keyed-queue.js";
import { userNamespaces, usersNamespace } from "../namespaces.js";
import { isWhole, readRecent, recentSize } from "./recent-episodes.js";
import { createRecentReader } from "./recent-reader.js";
import { episodeRecord, userRecord } from "../record-schemas.js";
import type { StoreAccess } from "../store-access.js";
import { parseRecord } from "../parse-record.js";
import type { ReportDegradation } from "../search/degradations.js";
import type { Visit } from "../visits.js";
import { readWithdrawals } from "../withdrawals.js";
import { visibleEpisodes } from "./recall-bounds.js";

const defaultPage = 50;
/** Of the latest episodes as many as a turn usually shows beside the similar ones. */
const guessed = 4;
/** Between the beginning of a turn and its search lie some milliseconds, on a busy machine more. */
const freshMs = 10_000;

/**
 * Episodes in a LangGraph store, followed by an index.
 *
 * @param queue - One change of one user at a time; whoever else changes a user's records takes part in it.
 */
export function createStoreEpisodicMemory(
  access: StoreAccess,
  index: EpisodeIndex,
  embedder: CachedEmbedder,
  now: () => Date,
  report: ReportDegradation,
  logs: ErasableLogs,
  queue: KeyedQueue,
): EpisodicMemory {
  const seals = createSeals(access);
  const upkeep = createIndexUpkeep(access, index, embedder, queue, report, seals);
  const forgetting = createEpisodeForgetting(access, upkeep, logs, now);
  const recentReader = createRecentReader(access);
  const writer = createEpisodeWriter(access, upkeep, queue, forgetting, recentReader, now);
  const recall = createHybridRecall(access, index, embedder, upkeep, seals);

  async function episodesOf(user: UserKey, ids: readonly string[]) {
    const episodes = await access.get(episodeRecord, userNamespaces(user).episodes, ids);
    return episodes.filter((episode) => episode !== null);
  }

  /** The window of recent episodes: id and time of the true answer, newest first. */
  async function recentOf(userId: string) {
    return [...(await readRecent(access, userKey(userId)))].slice(0, recentSize);
  }

  /** What a search reads first. */
  async function readFirst(user: UserKey) {
    const [recent, outbox, seal] = await Promise.all([
      recentReader.read(user, guessed),
      readOutbox(access, user),
      seals.find(user),
    ]);
    return { ...recent, outbox, seal };
  }

  /** By user and turn: read when a turn began, for its search a moment later. */
  const begun = new LRUCache<string, ReturnType<typeof readFirst>>({ max: 1_000, ttl: freshMs });
  const nameOf = (user: UserKey, identity: string) => `${user} ${identity}`;
  const readFor = (user: UserKey, { turnId }: RecallBounds = {}) =>
    (turnId !== undefined && begun.get(nameOf(user, identityOfId(turnId)))) || readFirst(user);

  /** By visit: read before the turn's identity was known. */
  const ahead = new WeakMap<Visit, ReturnType<typeof readFirst>>();

  function embed(query: string) {
    const embedding = embedder.embed([embeddedText(query)]);
    // Whoever waits for it is told; nobody may.
    embedding.catch(() => undefined);
    return embedding;
  }

  /** While the store is read, which mostly waits as well; null for a user who may have nothing to search in. */
  function embedAhead(user: UserKey, query: string) {
    const isErased = access.visits.present(user)?.signal.aborted === true;
    return recentReader.knows(user) && !isErased ? embed(query) : null;
  }

  async function countsOf(userId: string): Promise<RecentCounts> {
    const recent = await recentOf(userId);
    return {
      answered(since) {
        const after = since === null ? -Infinity : Date.parse(since);
        return recent.filter(([, at]) => at !== null && Date.parse(at) > after).length;
      },
      after(id, written = null) {
        const present = now().getTime();
        const ids = new Set([
          ...(written === null ? [] : [written]),
          ...recent.map(([each]) => each),
        ]);
        return [...ids]
          .slice(0, recentSize)
          .filter((each) => (id === null || each > id) && orderOfId(each) <= present).length;
      },
    };
  }

  async function allUsers(): Promise<string[]> {
    const items = await access.scan(usersNamespace);
    return items.map((item) => parseRecord(userRecord, item).userId).toSorted();
  }

  return {
    async add(userId, episode, turn) {
      const degradations = upkeep.newDegradations();
      const onStored = (stored: StoredEpisodes) => upkeep.indexSoon(userKey(userId), stored);
      const options = turn && { ...turn, onStored };
      const { episodes } = await writer.write(userId, [episode], degradations, options);
      return { episode: episodes[0] ?? null, degraded: degradations.kinds() };
    },
    async addMany(userId, episodes, progress) {
      const user = userKey(userId);
      const degradations = upkeep.newDegradations();
      // Newest first, so that only the first batches touch the window of recent ones, and once.
      const order = episodes.toSorted((a, b) => (a.id < b.id ? 1 : -1));
      const timeLine = await readTimeLine(access, user, order);
      let added = 0;
      let waiting: StoredEpisodes | null = null;
      // After a failure the rest only goes to the outbox: an import must not wait for every batch's time-out.
      const indexWaiting = async (turn: QueueTurn) => {
        const stored = waiting;
        waiting = null;
        if (stored !== null && degradations.kinds().length === 0)
          await upkeep.indexEpisodes(user, { ...stored, older: [] }, turn, degradations);
      };
      const onStored = (stored: StoredEpisodes) => void (waiting = stored);
      for (let from = 0; from < order.length; from += outboxEntrySize) {
        const batch = order.slice(from, from + outboxEntrySize);
        // While one batch is stored, the index takes the one before it.
        const [, written] = await queue.run(user, (turn) =>
          allSettled([
            indexWaiting(turn),
            writer.writeWithin(turn, userId, batch, degradations, { timeLine, onStored }),
          ]),
        );
        added += written.added;
        progress?.(Math.min(from + outboxEntrySize, order.length), order.length);
      }
      await queue.run(user, indexWaiting);
      return { added, degraded: degradations.kinds() };
    },
    async get(userId, id) {
      const user = userKey(userId);
      const [episode] = isEpisodeId(id) ? await episodesOf(user, [id]) : [];
      return episode ?? null;
    },
    update: writer.update,
    delete: writer.delete,
    async withdrawals(userId) {
      const user = userKey(userId);
      const withdrawals = await readWithdrawals(access, user);
      if (withdrawals.every(({ unfinished }) => unfinished === null)) return withdrawals;
      return queue.run(user, async () => forgetting.finished(user));
    },
    async list(userId, { limit = defaultPage, before } = {}) {
      const user = userKey(userId);
      const isListed = (id: string) => before === undefined || id < before;
      const pointers = await readRecent(access, user);
      const recent = [...pointers.keys()].filter(isListed);
      if (isWhole(pointers) || recent.length >= limit)
        return episodesOf(user, recent.slice(0, Math.max(0, limit)));
      // A store has no order, so beyond the recent episodes everything is read and the page is cut from it.
      const items = await access.scan(userNamespaces(user).episodes);
      return items
        .filter(({ key }) => isListed(key))
        .slice(-limit)
        .toReversed()
        .map((item) => parseRecord(episodeRecord, item));
    },
    async latest(userId, limit, bounds) {
      const user = userKey(userId);
      const visible = visibleEpisodes(bounds);
      const { pointers, known } = await readFor(user, bounds);
      const ids = [...pointers.keys()].slice(0, recentSize).filter((id) => visible.includes(id));
      const latest = ids.slice(0, Math.max(0, limit));
      const read = latest.flatMap((id) => known.get(id) ?? []);
      return read.length === latest.length ? structuredClone(read) : episodesOf(user, latest);
    },
    async similar(userId, query, most, bounds) {
      const user = userKey(userId);
      const visible = visibleEpisodes(bounds);
      const limit = Math.floor(most);
      if (!(limit > 0) || query.trim() === "") return { recalled: [], degraded: [] };
      const early = embedAhead(user, query);
      const { pointers, outbox, seal } = await readFor(user, bounds);
      if (pointers.size === 0) return { recalled: [], degraded: [] };
      const degradations = upkeep.newDegradations();
      const asked = bounds?.asked ?? { day: now().toISOString().slice(0, 10), timeZone: "UTC" };
      return recall({
        user,
        query,
        embedding: early ?? embed(query),
        asked,
        limit,
        visible,
        pointers,
        outbox,
        seal,
        degradations,
      });
    },
    beginTurn(userId) {
      const user = userKey(userId);
      const visit = access.visits.present(user);
      if (visit === undefined) return;
      const reading = readFirst(user);
      // Whoever asks for it is told.
      reading.catch(() => undefined);
      ahead.set(visit, reading);
    },
    async findTurn(userId, identity, question) {
      const user = userKey(userId);
      if (question !== undefined) void embedAhead(user, question);
      const visit = access.visits.present(user);
      const reading = (visit && ahead.get(visit)) ?? readFirst(user);
      if (visit !== undefined) ahead.delete(visit);
      begun.purgeStale();
      void keepPromise(begun, nameOf(user, identity), reading);
      const recent = [...(await reading).pointers.keys()].slice(0, recentSize);
      return recent.find((each) => identityOfId(each) === identity) ?? null;
    },
    counts: countsOf,
    countAnswered: async (userId, since) => (await countsOf(userId)).answered(since),
    countAfter: async (userId, id) => (await countsOf(userId)).after(id),
    users: allUsers,
    async reindex(userId, progress) {
      const users = (userId === undefined ? await allUsers() : [userId]).map(userKey);
      let total = 0;
      for (const user of users) total += (await access.scan(userNamespaces(user).episodes)).length;
      let done = 0;
      for (const user of users)
        await upkeep.reindex(user, (episodes) => {
          done += episodes;
          progress?.(done, Math.max(done, total));
        });
      return { episodes: done };
    },
    settled: upkeep.settled,
  };
}
