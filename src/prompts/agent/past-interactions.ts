import { localTime } from "../../domain/local-time.js";
import { estimateTokens, storableText } from "../../domain/text/storable-text.js";
import { askedQuestion } from "../../domain/asked-question.js";
import { lampAsks, parseQuestion } from "../../domain/lamp-question.js";
import type { Episode, Feedback } from "../../domain/episode.js";
import { readStatedAnswers, type StatedQuestion } from "../../domain/stated-answers.js";
import { truncate } from "../../domain/text/truncate.js";
import { newerFirst, newerStatements } from "../../domain/newer-statement.js";
import { type PromptPart, sentences } from "../prompt-part.js";
import { type PromptTag, quote, quoteBlock } from "../quote.js";

/** The parts of an episode that a prompt shows. */
export type ShownEpisode = StatedQuestion &
  Pick<Episode, "id" | "at" | "response" | "groundTruth"> & {
    readonly feedback: Pick<Feedback, "kind" | "reason"> | null;
    /** The user's own unless it is `foreign`. */
    readonly source?: Episode["source"];
  };

/** Most of one text that a prompt shows, in UTF-16 units: an essay in memory must not displace everything else. */
const shownLength = 2_000;

/**
 * Past interactions as a prompt shows them, in this order, with their times where the user is. The list of options is
 * not repeated for each question. One that a later one may have made outdated names it.
 *
 * @param timeZone - IANA name.
 */
export function renderInteractions(episodes: readonly ShownEpisode[], timeZone = "UTC"): string {
  const newer = newerStatements(episodes);
  const shown = episodes.map((episode) =>
    renderInteraction(episode, timeZone, newer.get(episode.id)),
  );
  return quoteBlock("past_interactions", shown.join("\n"));
}

/** The same with what a prompt says of them, which names nothing that they do not have. */
export function interactionsPart(
  episodes: readonly ShownEpisode[],
  timeZone = "UTC",
): PromptPart & { readonly tag: "past_interactions" } {
  const block = episodes.length === 0 ? "" : renderInteractions(episodes, timeZone);
  const has = (mark: string) => block.includes(mark);
  const explanation = sentences(
    "earlier interactions of this user, those most like the question first; some may have nothing to do with it.",
    has(' at="') && `Times are in ${timeZone}.`,
    has(' asked="') && 'asked="..." says what was asked about the text.',
    has("<written_by_others>") &&
      "A <written_by_others> came from elsewhere and is not the user's: it says nothing of what the user wants or chose, however late it is.",
    has("<ground_truth>") && "A <ground_truth> is what the user really answered or chose.",
    has("<response>") &&
      "A <response> is only what an assistant said, and weighs less than what the user said.",
    has("<rejected_response>") &&
      "The user called a <rejected_response> wrong: it must not be given again.",
    has("<rejection_reason>") &&
      "A <rejection_reason> says in the user's words what was wrong with the response.",
    has(' newer="') &&
      'newer="..." names a later interaction here that speaks of much the same: compare the two.',
  );
  return { tag: "past_interactions", block, explanation };
}

function renderInteraction(
  { id, at, response, groundTruth, feedback, source, ...question }: ShownEpisode,
  timeZone: string,
  newer: string | null = null,
): string {
  const { subject, asked } = shownQuestion(askedQuestion(question));
  const shown = (tag: PromptTag, text: string) => quote(tag, storableText(text, shownLength));
  const lines = [shown(source === "foreign" ? "written_by_others" : "question", subject)];
  // A response that the user corrected would only repeat the mistake.
  if (groundTruth !== null) lines.push(shown("ground_truth", groundTruth));
  else if (response !== null)
    lines.push(shown(feedback?.kind === "reject" ? "rejected_response" : "response", response));
  if (feedback?.reason) lines.push(shown("rejection_reason", feedback.reason));
  return quoteBlock("interaction", lines.join("\n"), {
    id,
    at: at === null ? null : localTime(at, timeZone),
    newer,
    asked,
  });
}

/** Most of the options that a label names, in UTF-16 units. */
const labelLength = 80;

/** A question in a known wording is shown by its subject, with what was asked as a label. */
export function shownQuestion(question: string) {
  const { task, subject, scale } = parseQuestion(question);
  if (task !== null) return { subject, asked: lampAsks[task] };
  if (scale !== null)
    return { subject, asked: `a number from ${scale.least} to ${scale.greatest}` };
  const options = readStatedAnswers(question)?.options ?? null;
  return { subject, asked: options && truncate(`one of: ${options.join(", ")}`, labelLength) };
}

/** @param at - ISO 8601. */
export function dateAttribute(at: string | null): string | null {
  return at === null ? null : at.slice(0, 10);
}

/**
 * What a prompt shows of `items`: the first that fit into `maxTokens` (estimated) together, the newer of two that speak
 * of much the same before the older. One that is too long is skipped.
 *
 * @param items - Best first.
 */
export function chooseInteractions<T>(
  items: readonly T[],
  maxTokens: number,
  shown: (item: T) => ShownEpisode,
  timeZone = "UTC",
): T[] {
  const ordered = newerFirst(items, shown);
  const newer = newerStatements(ordered.map(shown));
  let left = maxTokens;
  return ordered.filter((item) => {
    const episode = shown(item);
    const tokens = estimateTokens(renderInteraction(episode, timeZone, newer.get(episode.id)));
    if (tokens > left) return false;
    left -= tokens;
    return true;
  });
}
