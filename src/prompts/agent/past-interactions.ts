import { localTime } from "../../domain/local-time.js";
import { estimateTokens, storableText } from "../../domain/text/storable-text.js";
import { lampAsks, parseQuestion } from "../../domain/lamp-question.js";
import type { Episode } from "../../domain/episode.js";
import { quote, quoteBlock } from "../quote.js";

/** The parts of an episode that a prompt shows. */
export type ShownEpisode = Pick<Episode, "id" | "at" | "query" | "response" | "groundTruth">;

/** Most of one text that a prompt shows, in UTF-16 units: an essay in memory must not displace everything else. */
const shownLength = 2_000;

/**
 * Past interactions as a prompt shows them, in this order, with their times where the user is. The list of options is not
 * repeated for each question.
 *
 * @param timeZone - IANA name.
 */
export function renderInteractions(episodes: readonly ShownEpisode[], timeZone = "UTC"): string {
  const interactions = episodes.map((episode) => renderInteraction(episode, timeZone));
  return quoteBlock("past_interactions", interactions.join("\n"));
}

function renderInteraction(
  { id, at, query, response, groundTruth }: ShownEpisode,
  timeZone: string,
): string {
  const { subject, asked } = shownQuestion(query);
  const lines = [quote("question", storableText(subject, shownLength))];
  // A response that the user corrected would only repeat the mistake.
  if (groundTruth !== null)
    lines.push(quote("ground_truth", storableText(groundTruth, shownLength)));
  else if (response !== null) lines.push(quote("response", storableText(response, shownLength)));
  return quoteBlock("interaction", lines.join("\n"), {
    id,
    at: at === null ? null : localTime(at, timeZone),
    asked,
  });
}

/** A question in a known wording is shown by its subject, with what was asked as a label. */
export function shownQuestion(query: string) {
  const { task, subject } = parseQuestion(query);
  return { subject, asked: task === null ? null : lampAsks[task] };
}

/** @param at - ISO 8601. */
export function dateAttribute(at: string | null): string | null {
  return at === null ? null : at.slice(0, 10);
}

/** The first of `items` that fit into `maxTokens` (estimated) together; one that is too long is skipped. */
export function withinTokens<T>(
  items: readonly T[],
  maxTokens: number,
  shown: (item: T) => ShownEpisode,
  timeZone = "UTC",
): T[] {
  let left = maxTokens;
  return items.filter((item) => {
    const tokens = estimateTokens(renderInteraction(shown(item), timeZone));
    if (tokens > left) return false;
    left -= tokens;
    return true;
  });
}
