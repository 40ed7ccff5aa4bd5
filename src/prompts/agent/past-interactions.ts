import { estimateTokens, storableText } from "../../domain/text/storable-text.js";
import { lampAsks, parseQuestion } from "../../domain/lamp-question.js";
import type { Episode } from "../../domain/episode.js";
import { quote, quoteBlock } from "../quote.js";

/** What a prompt shows of an episode. */
export type ShownEpisode = Pick<Episode, "id" | "at" | "query" | "response" | "groundTruth">;

/** The most of one text that a prompt shows, in UTF-16 units: an essay in memory must not push out all else. */
const shownLength = 2_000;

/**
 * Past interactions as a prompt shows them, in the order given. A question in a known wording is shown by
 * its subject, with what was asked as a label, so that the list of options is not repeated for each.
 */
export function renderInteractions(episodes: readonly ShownEpisode[]): string {
  return quoteBlock("past_interactions", episodes.map(renderInteraction).join("\n"));
}

function renderInteraction(episode: ShownEpisode): string {
  const { task, subject } = parseQuestion(episode.query);
  const asked = task === null ? "" : ` asked="${lampAsks[task]}"`;
  const at = episode.at === null ? "" : ` at="${episode.at.slice(0, 10)}"`;
  const lines = [quote("question", storableText(subject, shownLength))];
  // A response that the user corrected would only repeat the mistake.
  if (episode.groundTruth !== null)
    lines.push(quote("ground_truth", storableText(episode.groundTruth, shownLength)));
  else if (episode.response !== null)
    lines.push(quote("response", storableText(episode.response, shownLength)));
  return `<interaction id="${episode.id}"${at}${asked}>\n${lines.join("\n")}\n</interaction>`;
}

/** The first of `episodes` that fit into `maxTokens` (estimated) together; a longer one is passed over for the next. */
export function withinTokens<T>(
  items: readonly T[],
  maxTokens: number,
  shown: (item: T) => ShownEpisode,
): T[] {
  let left = maxTokens;
  return items.filter((item) => {
    const tokens = estimateTokens(renderInteraction(shown(item)));
    if (tokens > left) return false;
    left -= tokens;
    return true;
  });
}
