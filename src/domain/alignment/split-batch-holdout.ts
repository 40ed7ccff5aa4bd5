import {
  type AlignmentItem,
  asKnownBefore,
  duplicateKeys,
  maxEarlierTurns,
} from "./alignment-item.js";
import type { Episode } from "../episode.js";
import { parseQuestion } from "../lamp-question.js";
import { ownWords } from "../text/own-words.js";

/** Most items of each, whole numbers, 0 or more. */
export interface SplitSizes {
  readonly batch: number;
  readonly holdout: number;
}

/** The items that an alignment learns from and those that validate it, each oldest first; no item is in both. */
export interface BatchHoldout {
  readonly batch: AlignmentItem[];
  readonly holdout: AlignmentItem[];
}

/** Most of few answers are held out, but a smaller batch teaches nothing. */
const leastBatch = 3;

/**
 * The latest episodes with a true answer as the batch, and those before them as the holdout. Of duplicates only the
 * latest is taken: an item that is there twice, or was memorised from the batch, validates nothing.
 *
 * With fewer than `batch + holdout` of them the holdout has priority, because it decides (see
 * `docs/decisions/0008-acceptance-rule.md`): a quarter is the batch, at least 3 and at most `batch`. Without a holdout
 * the batch is simply the latest.
 *
 * @param episodes - The user's whole history, in any order: ids give the order.
 * @param cited - Episodes that taught the persona its lines. They are held out only where there are too few others,
 *   because a line is not tried on what taught it.
 */
export function splitBatchHoldout(
  episodes: readonly Episode[],
  { batch, holdout }: SplitSizes,
  cited: ReadonlySet<string> = new Set(),
): BatchHoldout {
  const history = episodes.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const keyed = history.map((episode) => ({ episode, keys: duplicateKeys(episode) }));
  const idsByKey = new Map<string, string[]>();
  for (const { episode, keys } of keyed)
    for (const key of keys) {
      const ids = idsByKey.get(key) ?? [];
      ids.push(episode.id);
      idsByKey.set(key, ids);
    }

  const isCited = (key: string) => (idsByKey.get(key) ?? []).some((id) => cited.has(id));
  const messages = new Map(history.map(({ id, feedback }) => [id, feedback?.inferred?.episodeId]));
  interface Taken {
    readonly episode: Answered;
    readonly keys: readonly string[];
  }
  const preferred: Taken[] = [];
  const spare: Taken[] = [];
  const seen = new Set<string>();
  for (const { episode, keys } of keyed.toReversed()) {
    if (preferred.length >= batch + holdout) break;
    if (!isAnswered(episode) || keys.some((key) => seen.has(key))) continue;
    for (const key of keys) seen.add(key);
    const isSpare = preferred.length >= batch && keys.some((key) => isCited(key));
    (isSpare ? spare : preferred).push({ episode, keys });
  }
  const taken = [...preferred, ...spare]
    .slice(0, batch + holdout)
    .toSorted((a, b) => (a.episode.id < b.episode.id ? 1 : -1));
  const count = batchOf(taken.length, { batch, holdout });
  const items = taken.map(({ episode, keys }) => {
    const alike = keys.flatMap((key) => idsByKey.get(key) ?? []);
    // Not the messages' own messages: a conversation in which each reacts to the last would be one item.
    const same = new Set([...alike, ...alike.flatMap((id) => messages.get(id) ?? [])]);
    same.delete(episode.id);
    return {
      episodeId: episode.id,
      at: episode.at,
      query: episode.query,
      groundTruth: episode.groundTruth,
      reason: episode.feedback?.reason ?? null,
      isInferred: (episode.feedback?.inferred ?? null) !== null,
      earlier: earlierTurns(episode, history, same),
      reaction: reactionTo(episode, history),
      task: episode.task ?? parseQuestion(episode.query).task,
      duplicates: [...same].toSorted(),
    };
  });
  return {
    batch: items.slice(0, count).toReversed(),
    holdout: items.slice(count).toReversed(),
  };
}

/** The episodes that these lines rest on. */
export function citedBy(lines: readonly { readonly evidence: readonly string[] }[]): Set<string> {
  return new Set(lines.flatMap(({ evidence }) => evidence));
}

/** Whether these items are enough for a run: to validate, or without validation to learn from. */
export function areEnough(
  { batch, holdout }: BatchHoldout,
  { validation, minimumItems }: { readonly validation: boolean; readonly minimumItems: number },
): boolean {
  return holdout.length >= minimumItems || (!validation && batch.length > 0);
}

/**
 * The least number of different answered episodes with which `splitBatchHoldout` holds out `minimumItems`.
 *
 * @param minimumItems - From 1.
 * @returns `null` where no number is enough, because `sizes.holdout` is smaller.
 */
export function fewestAnswers(sizes: SplitSizes, minimumItems: number): number | null {
  if (sizes.holdout < minimumItems) return null;
  let answers = minimumItems;
  while (answers - batchOf(answers, sizes) < minimumItems) answers += 1;
  return answers;
}

/** The size of the batch for this number of answered episodes. */
function batchOf(answers: number, { batch, holdout }: SplitSizes): number {
  return Math.min(batch, Math.max(leastBatch, Math.round(answers / 4), answers - holdout));
}

/** Without duplicates, whose response may be the answer. */
function earlierTurns(
  item: Answered,
  history: readonly Episode[],
  duplicates: ReadonlySet<string>,
): AlignmentItem["earlier"] {
  const { id, threadId } = item;
  if (threadId === null) return [];
  return history
    .filter((turn) => turn.threadId === threadId && turn.id < id && !duplicates.has(turn.id))
    .flatMap((turn) => asKnownBefore(item, turn) ?? [])
    .flatMap(({ id: episodeId, query, response }) =>
      response === null ? [] : [{ episodeId, query, response }],
    )
    .slice(-maxEarlierTurns);
}

function reactionTo(
  { id, threadId, response }: Answered,
  history: readonly Episode[],
): AlignmentItem["reaction"] {
  if (threadId === null) return null;
  const next = history.find((turn) => turn.threadId === threadId && turn.id > id);
  return next === undefined ? null : { response, said: ownWords(next.query) };
}

type Answered = Episode & { readonly groundTruth: string };

/** A blank answer teaches nothing, and the agent refuses a blank question. */
function isAnswered(episode: Episode): episode is Answered {
  return episode.query.trim() !== "" && (episode.groundTruth ?? "").trim() !== "";
}
