import { isEpisodeId, type Episode } from "../../domain/episode.js";
import {
  findRepeatedWords,
  toldSince,
  withoutInference,
  withoutRepeats,
} from "../../domain/forgetting/repeated-words.js";
import type { Forgotten, Withdrawal } from "../../domain/forgetting/withdrawal.js";
import type { UserKey } from "../../domain/user-id.js";
import { enqueue, outboxEntry } from "../index/index-outbox.js";
import type { IndexUpkeep } from "../index/index-sync.js";
import { readNeighbours, readTimeLine } from "../index/thread-context.js";
import { untilWritten } from "../change-record.js";
import { userNamespaces } from "../namespaces.js";
import { parseRecord } from "../parse-record.js";
import type { ErasablePersonaLog } from "../personas/persona-log.js";
import type { ErasableProfileLog } from "../personas/profile-log.js";
import { episodeRecord } from "../record-schemas.js";
import type { StoreAccess, StoreChange } from "../store-access.js";
import { readWithdrawals, withdrawalChange } from "../withdrawals.js";
import { episodeChange, idsOf, stateless, userChange } from "./episode-changes.js";
import { filled, pointerChange, readRecent, recentSize } from "./recent-episodes.js";

/** The logs of what was learned from episodes. */
export interface ErasableLogs {
  readonly personas: Pick<ErasablePersonaLog, "erase">;
  readonly profiles: Pick<ErasableProfileLog, "erase">;
}

interface StoredEpisode {
  readonly stored: StoreChange;
  readonly episode: Episode;
}

/** Both methods are called while nothing else in this process changes the user's episodes. */
export interface EpisodeForgetting {
  /** Deletes an episode and what rests on it. @returns `null` when there was none. */
  forget(user: UserKey, id: string): Promise<Forgotten | null>;
  /** The user's withdrawals, after finishing the deletions that were interrupted. */
  finished(user: UserKey): Promise<Withdrawal[]>;
}

/**
 * The record of the deletion is written first. From then on, readers leave out what rests on the episode; erasing it from
 * the store is upkeep that can be repeated, and whoever comes next finishes it. Until then the record has the words that
 * tell what repeats the episode.
 */
export function createEpisodeForgetting(
  access: StoreAccess,
  upkeep: Pick<IndexUpkeep, "removeFromIndex" | "newDegradations">,
  logs: ErasableLogs,
  now: () => Date,
): EpisodeForgetting {
  /** Each with what is stored of it. */
  async function readAll(user: UserKey): Promise<StoredEpisode[]> {
    const items = await access.scan(userNamespaces(user).episodes);
    return items.map((item) => ({ stored: item, episode: parseRecord(episodeRecord, item) }));
  }

  async function finished(user: UserKey): Promise<Withdrawal[]> {
    const withdrawals = await readWithdrawals(access, user);
    const unfinished = withdrawals.filter((withdrawal) => withdrawal.unfinished !== null);
    if (unfinished.length === 0) return withdrawals;
    for (const withdrawal of unfinished) await erase(user, withdrawal);
    return readWithdrawals(access, user);
  }

  /** Erases what rests on a deleted episode, also when a part of it is erased already. */
  async function erase(
    user: UserKey,
    withdrawal: Withdrawal,
    others?: readonly StoredEpisode[],
  ): Promise<Forgotten> {
    const { unfinished, sameIn, episodeId } = withdrawal;
    // A store may have taken only the first of the changes that were written together.
    await access.write([
      pointerChange(user, episodeId, null),
      episodeChange(user, episodeId, null),
    ]);
    // In this order: a text of paper mode rests on profiles as they were.
    const lines = await logs.personas.erase(user);
    const statements = await logs.profiles.erase(user);
    let read = others;
    const responses = await untilWritten(async () => {
      const changes =
        unfinished === null
          ? []
          : (read ?? (await readAll(user))).flatMap(({ stored, episode: before }) => {
              const after = withoutRepeats(withoutInference(before, episodeId), unfinished);
              return after === before ? [] : [{ stored, before, after }];
            });
      read = undefined;
      const withheld = changes.filter(({ before, after }) => !haveSameResponses(before, after));
      const ids = [
        ...new Set([...withdrawal.responses, ...withheld.map(({ after }) => after.id)]),
      ].toSorted();
      const isDone = await withhold(user, { ...withdrawal, responses: ids }, changes);
      return isDone ? ids : null;
    });
    await access.write([withdrawalChange(user, { ...withdrawal, responses, unfinished: null })]);
    return { statements, lines, responses, sameIn };
  }

  /** Their record first: without their responses, these episodes would not be found again. */
  async function withhold(
    user: UserKey,
    withdrawal: Withdrawal,
    changes: readonly {
      readonly stored: StoreChange;
      readonly before: Episode;
      readonly after: Episode;
    }[],
  ): Promise<boolean> {
    if (changes.length === 0) return true;
    const episodes = changes.map(({ after }) => after);
    // An answer that was inferred from the deleted words, and what was learned from it.
    const answerless = changes.filter(
      ({ before, after }) => before.groundTruth !== null && after.groundTruth === null,
    );
    const { neighbours } = await readNeighbours(access, user, episodes);
    const entry = outboxEntry(idsOf(episodes), idsOf(neighbours));
    const pointers = await readRecent(access, user);
    const unanswered = episodes.filter(
      ({ id, groundTruth }) => groundTruth === null && pointers.has(id),
    );
    const asRead = changes.map(({ stored: { namespace, key, value } }) => ({
      namespace,
      key,
      value,
    }));
    const isWritten = await access.writeIf(asRead, [
      ...answerless.map(({ after: { id } }) =>
        withdrawalChange(user, {
          ...withdrawal,
          episodeId: id,
          what: "answer-removed",
          responses: [],
          sameIn: [],
          unfinished: null,
        }),
      ),
      withdrawalChange(user, withdrawal),
      enqueue(user, entry),
      ...unanswered.map(({ id }) =>
        pointerChange(user, id, { schemaVersion: 1, answeredAt: null }),
      ),
      ...episodes.map((episode) => episodeChange(user, episode.id, episode)),
    ]);
    if (isWritten) await upkeep.removeFromIndex(user, entry, upkeep.newDegradations());
    return isWritten;
  }

  /** `changed` where another process came between. */
  async function attempt(user: UserKey, id: string): Promise<Forgotten | null | "changed"> {
    const earlier = await finished(user);
    const [read] = isEpisodeId(id)
      ? await access.read(episodeRecord, userNamespaces(user).episodes, [id])
      : [];
    const stored = read?.record ?? null;
    if (read === undefined || stored === null) return null;
    const pointers = await readRecent(access, user);
    const all = (await readAll(user)).filter(({ episode }) => episode.id !== id);
    const others = all.map(({ episode }) => episode);
    const at = now().toISOString();
    // What another deleted episode said as well may have been repeated since that one.
    const since = earlier
      .flatMap(({ episodeId, sameIn }) => (sameIn.includes(id) ? [episodeId] : []))
      .map((episodeId) => toldSince(episodeId, at))
      .reduce((first, each) => (each < first ? each : first), toldSince(id, at));
    const own = others.map((episode) => withoutInference(episode, id));
    const { terms, sameIn } = findRepeatedWords(stored, own, since);
    const withdrawal: Withdrawal = {
      schemaVersion: 1,
      episodeId: id,
      what: "deleted",
      at,
      responses: [],
      sameIn,
      unfinished: { terms, since },
    };
    const timeLine = await readTimeLine(access, user, [stored], pointers);
    const { neighbours } = await readNeighbours(access, user, [stored], { timeLine });
    const entry = outboxEntry([id], idsOf(neighbours));
    const refill = pointers.has(id) && pointers.size === recentSize;
    // A window that a deletion would leave with fewer than its size is filled up first: fewer means "all there are".
    const refilled = refill ? [...filled(others, pointers)] : [];
    const isWritten = await access.writeIf(
      [read.stored],
      [
        withdrawalChange(user, withdrawal),
        enqueue(user, entry),
        ...refilled
          .filter(([key]) => !pointers.has(key))
          .map(([key, answeredAt]) => pointerChange(user, key, { schemaVersion: 1, answeredAt })),
        pointerChange(user, id, null),
        episodeChange(user, id, null),
        ...(others.length === 0 ? [userChange(user, null), stateless(user)] : []),
      ],
    );
    if (!isWritten) return "changed";
    const forgotten = await erase(user, withdrawal, all);
    await upkeep.removeFromIndex(user, entry, upkeep.newDegradations());
    return forgotten;
  }

  return {
    finished,
    async forget(user, id) {
      const { forgotten } = await untilWritten(async () => {
        const forgotten = await attempt(user, id);
        return forgotten === "changed" ? null : { forgotten };
      });
      return forgotten;
    },
  };
}

function haveSameResponses(a: Episode, b: Episode): boolean {
  return a.response === b.response && a.replacedResponses.length === b.replacedResponses.length;
}
