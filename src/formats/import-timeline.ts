import {
  type Episode,
  episodeTextLimits,
  importedEpisode,
  importedEpisodeId,
} from "../domain/episode.js";
import { storableText } from "../domain/text/storable-text.js";
import { type UserKey, userKey } from "../domain/user-id.js";
import type { ImportedItem } from "./history-source.js";

/** What was read of a user so far. */
interface Place {
  readonly key: UserKey;
  readonly seen: Set<string>;
  /** Number of distinct items so far at each day, month or year that is as precise as its file is. */
  readonly sharing: Map<string, number>;
  undated: number;
}

/**
 * Turns items, in the file's order, into episodes with their place in the user's time line; `null` for a repeated item.
 * Items of one day, month or year are a millisecond apart and undated ones counted: ids follow the file's order.
 */
export function createTimeline(): (user: string, item: ImportedItem) => Episode | null {
  const places = new Map<string, Place>();
  return (user, item) => {
    const place = places.get(user) ?? {
      key: userKey(user),
      seen: new Set<string>(),
      sharing: new Map<string, number>(),
      undated: 0,
    };
    places.set(user, place);
    return placed(place, item);
  };
}

function placed(place: Place, item: ImportedItem): Episode | null {
  const { itemId, options = null, scale = null, at, coarse, task, foreign = false } = item;
  const query = storableText(item.query, episodeTextLimits.query);
  const answer = cut(item.answer, episodeTextLimits.groundTruth);
  const same = importedEpisodeId(place.key, { itemId, query, groundTruth: answer, at });
  if (place.seen.has(same)) return null;
  place.seen.add(same);

  const sharing = at === null || !coarse ? 0 : (place.sharing.get(at) ?? 0);
  if (at !== null && coarse) place.sharing.set(at, sharing + 1);
  const exact = at === null ? null : new Date(Date.parse(at) + sharing).toISOString();
  const position = at === null ? place.undated : 0;
  if (at === null) place.undated += 1;
  return importedEpisode({
    id: importedEpisodeId(place.key, { itemId, query, groundTruth: answer, at: exact, position }),
    at: exact,
    query,
    options,
    scale,
    response: cut(item.response, episodeTextLimits.response),
    groundTruth: answer,
    task,
    isForeign: foreign,
  });
}

function cut(text: string | null, maxLength: number): string | null {
  return text === null ? null : storableText(text, maxLength);
}
