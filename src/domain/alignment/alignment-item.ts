import { z } from "zod";
import { type Episode, episodeSchema } from "../episode.js";
import { lampSubject } from "../lamp-question.js";

/** Earlier turns of its thread that an item keeps. */
export const maxEarlierTurns = 6;

/** A past episode whose question is answered again under a persona, and scored against the true answer. Plain JSON. */
export const alignmentItemSchema = z.strictObject({
  episodeId: episodeSchema.shape.id,
  at: episodeSchema.shape.at,
  query: z.string(),
  /** The true answer. */
  groundTruth: z.string(),
  /** The turns of the same thread before it, oldest first, so that a follow-up question can be understood. */
  earlier: z
    .array(
      z.strictObject({
        episodeId: episodeSchema.shape.id,
        query: z.string(),
        /** What was said then. */
        response: z.string(),
      }),
    )
    .max(maxEarlierTurns),
  /** The other episodes that give this answer to this question, before it and after, oldest first. */
  duplicates: z.array(episodeSchema.shape.id),
});
export type AlignmentItem = z.output<typeof alignmentItemSchema>;

type Asked = Pick<Episode, "query" | "response" | "groundTruth">;

/**
 * What an episode says, as keys: two episodes that share one are duplicates, the same question with the same answer,
 * whatever the letters' case, the punctuation and the wording around a LaMP question. The answer is what a prompt
 * would show: the true one, else the response. The same question with another answer is no duplicate, but information.
 *
 * @returns None for an episode without any answer: it can give none away.
 */
export function duplicateKeys({ query, response, groundTruth }: Asked): string[] {
  const said = groundTruth ?? response;
  if (said === null) return [];
  const questions = new Set([query, lampSubject(query)].map(folded));
  return [...questions].map((question) => JSON.stringify([question, folded(said)]));
}

/**
 * An earlier episode as it stood when the item was asked, as far as its record tells:
 *
 * - What a person said of it after the item was asked is left out: the true answer, and the feedback. What was said
 *   before that, where it was said anew, is not in the record. An answer without feedback came with its import, and stays.
 * - Of responses the first stands. When the others took its place is not in the record; it may have been later.
 *
 * Without the item's date nothing is known to be later, and the episode stays as it is.
 *
 * @returns Null where it then says what the item says, as a duplicate does.
 */
export function asKnownBefore(
  item: Pick<AlignmentItem, "at" | "query" | "groundTruth">,
  episode: Episode,
): Episode | null {
  const { at } = item;
  if (at === null) return episode;
  const { feedback, replacedResponses, response } = episode;
  const isToldLater = feedback !== null && Date.parse(feedback.at) > Date.parse(at);
  if (!isToldLater && replacedResponses.length === 0) return episode;
  const known = {
    ...episode,
    response: replacedResponses[0] ?? response,
    replacedResponses: [],
    ...(isToldLater && { groundTruth: null, feedback: null }),
  };
  const keys = duplicateKeys({ ...item, response: null });
  return duplicateKeys(known).some((key) => keys.includes(key)) ? null : known;
}

/** Whether something rests on the item and its duplicates alone, so that it may give the item's answer away. */
export function restsOnItemAlone(
  { episodeId, duplicates }: Pick<AlignmentItem, "episodeId" | "duplicates">,
  evidence: readonly string[],
): boolean {
  return evidence.every((id) => id === episodeId || duplicates.includes(id));
}

function folded(text: string): string {
  const plain = text.normalize("NFKC").toLowerCase();
  const words = plain.replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, " ").trim();
  // Texts without words, an emoji each, would all be one.
  return words === "" ? plain.replaceAll(/\s+/gu, "") : words;
}
