import { z } from "zod";
import { type Episode, episodeSchema } from "../episode.js";
import { lampSubject } from "../lamp-question.js";
import { plainText } from "../text/plain-text.js";

/** Most earlier turns of its thread that an item keeps. */
export const maxEarlierTurns = 6;

/** A past episode whose question is answered again under a persona, and scored against the true answer. Plain JSON. */
export const alignmentItemSchema = z.strictObject({
  episodeId: episodeSchema.shape.id,
  at: episodeSchema.shape.at,
  /** As it is asked: with the options or the scale that are stated beside it, in words. */
  query: z.string(),
  /** The true answer. */
  groundTruth: z.string(),
  /** Why the user found the response of that time wrong, in their own words. */
  reason: z.string().nullable().default(null),
  /** Whether nobody gave it: a reflection inferred it from what the user said next. */
  isInferred: z.boolean().default(false),
  /** The turns of the same thread before it, oldest first, so that a follow-up question can be understood. */
  earlier: z
    .array(
      z.strictObject({
        episodeId: episodeSchema.shape.id,
        query: z.string(),
        response: z.string(),
      }),
    )
    .max(maxEarlierTurns),
  /** The user's next message in the thread, with the response that it followed; never shown to who answers the item. */
  reaction: z.strictObject({ response: z.string().nullable(), said: z.string() }).nullable(),
  /** The benchmark's task, as LaMP names it; `null` for the user's own conversation. */
  task: z.string().nullable(),
  /**
   * The other episodes that give this answer to this question, before it and after, oldest first. Among them is each message
   * from which one of these answers was inferred: it says the answer.
   */
  duplicates: z.array(episodeSchema.shape.id),
  /** What a held-out item counts in a comparison; 1 on average. More where the batch took others of its kind. */
  weight: z.number().positive().default(1),
});
export type AlignmentItem = z.output<typeof alignmentItemSchema>;

type Asked = Pick<Episode, "query" | "response" | "groundTruth">;

/**
 * An episode's question and answer as keys. Two episodes that share a key are duplicates: the same question with the same
 * answer, without case, punctuation and the wording around a LaMP question. The answer is the one that a prompt would
 * show: the true one, else the response. The same question with another answer is information, no duplicate.
 *
 * @returns No key for an episode without an answer: it can give none away.
 */
export function duplicateKeys({ query, response, groundTruth }: Asked): string[] {
  const answer = groundTruth ?? response;
  if (answer === null) return [];
  const questions = new Set([query, lampSubject(query)].map(folded));
  return [...questions].map((question) => JSON.stringify([question, folded(answer)]));
}

/**
 * An earlier episode as it was when the item was asked, as far as its record shows:
 *
 * - A true answer and feedback that came after the item are left out. Earlier feedback that they replaced is not in the
 *   record. An answer without feedback came with its import, and stays.
 * - Of several responses the first is taken. The record does not say when the others replaced it; it may have been later.
 *
 * Without a date of the item nothing is known to be later, and the episode stays as it is.
 *
 * @returns `null` where it would then be a duplicate of the item.
 */
export function asKnownBefore(
  item: Pick<AlignmentItem, "at" | "query" | "groundTruth">,
  episode: Episode,
): Episode | null {
  const { at } = item;
  if (at === null) return episode;
  const { feedback, replacedResponses, response } = episode;
  const isFeedbackLater = feedback !== null && Date.parse(feedback.at) > Date.parse(at);
  if (!isFeedbackLater && replacedResponses.length === 0) return episode;
  const known = {
    ...episode,
    response: replacedResponses[0] ?? response,
    replacedResponses: [],
    ...(isFeedbackLater && { groundTruth: null, feedback: null }),
  };
  const keys = duplicateKeys({ ...item, response: null });
  return duplicateKeys(known).some((key) => keys.includes(key)) ? null : known;
}

/** Whether the item and its duplicates are the only evidence, so that it may give the item's answer away. */
export function restsOnItemAlone(
  { episodeId, duplicates }: Pick<AlignmentItem, "episodeId" | "duplicates">,
  evidence: readonly string[],
): boolean {
  return evidence.every((id) => id === episodeId || duplicates.includes(id));
}

function folded(text: string): string {
  const plain = plainText(text).normalize("NFKC").toLowerCase();
  const words = plain.replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, " ").trim();
  // Texts without words, an emoji each, would all be one.
  return words === "" ? plain.replaceAll(/\s+/gu, "") : words;
}
