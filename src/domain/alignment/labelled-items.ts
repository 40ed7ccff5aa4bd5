import {
  type AlignmentItem,
  asKnownBefore,
  duplicateKeys,
  maxEarlierTurns,
} from "./alignment-item.js";
import type { Episode } from "../episode.js";
import { askedQuestion } from "../asked-question.js";
import { parseQuestion } from "../lamp-question.js";
import { ownWords } from "../text/own-words.js";

const nothingCited = { cited: new Set<string>(), enough: 0 };

interface Taken {
  readonly episode: Answered;
  readonly keys: readonly string[];
}

/**
 * The latest episodes with a true answer, oldest first. Of duplicates only the latest is taken: an item that is there
 * twice, or was memorised from the batch, validates nothing.
 *
 * @param episodes - The user's whole history, in any order: ids give the order.
 * @param most - Whole number, 0 or more.
 * @param taught - Episodes that taught the persona its lines, and how many items are enough without them: a line is
 *   not tried on what taught it, so they only fill up.
 */
export function labelledItems(
  episodes: readonly Episode[],
  most: number,
  {
    cited,
    enough,
  }: { readonly cited: ReadonlySet<string>; readonly enough: number } = nothingCited,
): AlignmentItem[] {
  const history = episodes.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const keyed = history.map((episode) => ({ episode, keys: duplicateKeys(episode) }));
  const idsByKey = new Map<string, string[]>();
  for (const { episode, keys } of keyed)
    for (const key of keys) {
      const ids = idsByKey.get(key) ?? [];
      ids.push(episode.id);
      idsByKey.set(key, ids);
    }

  const messages = new Map(history.map(({ id, feedback }) => [id, feedback?.inferred?.episodeId]));
  const isCited = (key: string) => (idsByKey.get(key) ?? []).some((id) => cited.has(id));
  const preferred: Taken[] = [];
  const spare: Taken[] = [];
  const seen = new Set<string>();
  for (const { episode, keys } of keyed.toReversed()) {
    if (preferred.length >= most) break;
    if (!isAnswered(episode) || keys.some((key) => seen.has(key))) continue;
    for (const key of keys) seen.add(key);
    (keys.some(isCited) ? spare : preferred).push({ episode, keys });
  }
  const taken = [...preferred, ...spare.slice(0, Math.max(0, enough - preferred.length))]
    .slice(0, most)
    .toSorted((a, b) => (a.episode.id < b.episode.id ? -1 : 1));
  return taken.map(({ episode, keys }) => {
    const alike = keys.flatMap((key) => idsByKey.get(key) ?? []);
    // Not the messages' own messages: a conversation in which each reacts to the last would be one item.
    const same = new Set([...alike, ...alike.flatMap((id) => messages.get(id) ?? [])]);
    same.delete(episode.id);
    return {
      episodeId: episode.id,
      at: episode.at,
      query: askedQuestion(episode),
      groundTruth: episode.groundTruth,
      reason: episode.feedback?.reason ?? null,
      isInferred: (episode.feedback?.inferred ?? null) !== null,
      earlier: earlierTurns(episode, history, same),
      reaction: reactionTo(episode, history),
      task: episode.task ?? parseQuestion(episode.query).task,
      duplicates: [...same].toSorted(),
      weight: 1,
    };
  });
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
