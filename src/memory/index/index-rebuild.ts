import { LRUCache } from "lru-cache";
import type { Episode } from "../../domain/episode.js";
import type { UserKey } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../system/errors.js";
import type { EpisodeIndex } from "./episode-index.js";
import { outboxEntrySize, readOutbox, acknowledge } from "./index-outbox.js";
import type { IndexWriter } from "./index-writer.js";
import { searchedWordsVersion } from "./indexed-text.js";
import type { TimeLine } from "./thread-context.js";
import type { KeyedQueue } from "../../system/keyed-queue.js";
import { userNamespaces } from "../namespaces.js";
import { episodeRecord, indexStateRecord } from "../record-schemas.js";
import { coalesceReads } from "../../system/coalesce-reads.js";
import type { StoreAccess, StoreChange } from "../store-access.js";
import { parseRecord, type StoredItem } from "../parse-record.js";
import { createDegradations } from "../search/degradations.js";

/** Calls that rely on one look at a user's index identity; a failing index makes them look again. */
const trustedCalls = 20;

export interface IndexRebuild {
  /** Whether the index, as it is now, was filled with this user's episodes. Throws what the index throws. */
  isCurrent(user: UserKey): Promise<boolean>;
  /** The change that says so of a user whose first episode is being written. */
  stateChange(user: UserKey, identity: string | null): StoreChange;
  /** Looks again at every user's identity: something happened to the index. */
  invalidate(): void;
  /** Fills the index from the store, unless that goes on already; one that was broken off goes on where it was. */
  rebuild(user: UserKey): Promise<void>;
  /** As `rebuild`, with the user's entries removed first and `onProgress` after each batch; waits for one that goes on. */
  reindex(user: UserKey, onProgress: (episodes: number) => void): Promise<void>;
  /** A writer says that it sees to these ids itself: a rebuild must not put older text over them. */
  excludeFromRebuild(user: UserKey, ids: readonly string[]): void;
}

export function createIndexRebuild(
  access: StoreAccess,
  index: EpisodeIndex,
  writer: IndexWriter,
  queue: KeyedQueue,
): IndexRebuild {
  const trusted = new LRUCache<UserKey, number>({ max: 10_000 });
  const running = new Map<
    UserKey,
    { readonly touched: Set<string>; readonly end: Promise<void> }
  >();

  const stateChange = (
    user: UserKey,
    identity: string | null,
    progress: { readonly filledFrom?: string } = {},
  ): StoreChange => ({
    namespace: userNamespaces(user).index,
    key: "state",
    value: identity === null ? null : { schemaVersion: 1, identity: whole(identity), ...progress },
  });

  /** The index, and what was noted of it when it was filled; null for nothing, or for another index. */
  async function readState(user: UserKey) {
    const [identity, [state]] = await Promise.all([
      index.identity(user),
      access.get(indexStateRecord, userNamespaces(user).index, ["state"]),
    ]);
    const isOfThis = state?.identity === whole(identity);
    // Another index than the one that was filled: others may be in it that were thought to be filled.
    if (state && !isOfThis) trusted.clear();
    return { identity, state: isOfThis ? state : null };
  }

  const look = coalesceReads(async (user: UserKey) => {
    const { state } = await readState(user);
    const current = state !== null && state.filledFrom === undefined;
    if (current) trusted.set(user, trustedCalls);
    return current;
  });

  function start(user: UserKey, task: (touched: Set<string>) => Promise<void>): Promise<void> {
    const touched = new Set<string>();
    const visit = access.visits.within(user, () => task(touched));
    const end = visit.finally(() => running.delete(user));
    running.set(user, { touched, end });
    return end;
  }

  async function fill(user: UserKey, touched: Set<string>, onProgress: (episodes: number) => void) {
    const { identity, state } = await readState(user);
    const outbox = await readOutbox(access, user);
    const stored = await access.scan(userNamespaces(user).episodes);
    const timeLine = stored.map(({ key }) => key);
    const filledFrom = state?.filledFrom;
    // What has changed since an earlier rebuild was broken off is in the outbox.
    const items = stored
      .toReversed()
      .filter(({ key }) => filledFrom === undefined || key < filledFrom);
    for (let from = 0; from < items.length; from += outboxEntrySize) {
      const batch = items.slice(from, from + outboxEntrySize);
      const oldest = batch.at(-1)?.key ?? "";
      await queue.run(user, async () => {
        await writeBatch(user, untouched(batch, touched), timeLine);
        await writer.settle(
          user,
          batch.map(({ key }) => key),
          [stateChange(user, identity, { filledFrom: oldest })],
        );
      });
      onProgress(batch.length);
    }
    await queue.run(user, async () => {
      if ((await index.identity(user)) !== identity) return;
      const written = new Set(items.map(({ key }) => key).filter((id) => !touched.has(id)));
      const covered = outbox.filter(({ ids }) => ids.every((id) => written.has(id)));
      await access.write([
        ...covered.map((entry) => acknowledge(user, entry)),
        stateChange(user, identity),
      ]);
    });
  }

  async function writeBatch(user: UserKey, episodes: Episode[], timeLine: TimeLine) {
    let failure: unknown;
    const degradations = createDegradations((_, error) => (failure = error));
    if (!(await writer.write(user, episodes, degradations, { timeLine })))
      throw unavailable(failure);
  }

  return {
    stateChange,
    async isCurrent(user) {
      const calls = trusted.get(user) ?? 0;
      if (calls > 0) {
        trusted.set(user, calls - 1);
        return true;
      }
      return look(user);
    },
    invalidate: () => trusted.clear(),
    rebuild: (user) =>
      running.get(user)?.end ??
      // Nothing is cleared: another process may be rebuilding the same user, and what is left over is dropped by searches.
      start(user, (touched) => fill(user, touched, () => undefined)),
    async reindex(user, onProgress) {
      for (let other = running.get(user); other !== undefined; other = running.get(user))
        await other.end.catch(() => undefined);
      await start(user, async (touched) => {
        trusted.delete(user);
        await queue.run(user, async () => {
          await access.write([stateChange(user, null)]);
          await index.clear(user);
        });
        await fill(user, touched, onProgress);
      });
    },
    excludeFromRebuild(user, ids) {
      for (const id of ids) running.get(user)?.touched.add(id);
    },
  };
}

/** An index that another version of this program filled has other words in it. */
const whole = (identity: string) => `${searchedWordsVersion}/${identity}`;

function untouched(items: readonly StoredItem[], touched: ReadonlySet<string>): Episode[] {
  return items
    .filter(({ key }) => !touched.has(key))
    .map((item) => parseRecord(episodeRecord, item));
}

function unavailable(cause: unknown): PersonaAgentError {
  if (PersonaAgentError.is(cause)) return cause;
  const reason = cause instanceof Error ? cause.message.replaceAll(/\s+/g, " ") : String(cause);
  return new PersonaAgentError(
    "model-unavailable",
    `The index cannot be rebuilt because the embeddings failed (${reason}); expected one vector a text. Check the embedding model, then try again.`,
    { cause },
  );
}
