import { z } from "zod";
import { episodeSchema } from "../episode.js";

/** The words by which text is found that repeats a deleted episode. */
const repeatedWordsSchema = z.strictObject({
  /** Terms that the user said in this episode only. */
  terms: z.array(z.string()),
  /** Only what came after the episode of this id can repeat it; an id before all others where that is unknown. */
  since: episodeSchema.shape.id,
});
export type RepeatedWords = z.output<typeof repeatedWordsSchema>;

/**
 * That an episode was deleted, or its true answer replaced or removed. Whatever reads what was learned leaves out what
 * rests on it. Holds no text once the deletion is finished.
 */
export const withdrawalSchema = z.strictObject({
  schemaVersion: z.literal(1),
  episodeId: episodeSchema.shape.id,
  what: z.enum(["deleted", "answer-replaced", "answer-removed"]),
  at: z.iso.datetime(),
  /** Other episodes whose responses were withheld with it, because they repeat it. */
  responses: z.array(episodeSchema.shape.id),
  /** Other episodes in which the user says the same. */
  sameIn: z.array(episodeSchema.shape.id),
  /** `null` when nothing is left to be erased. */
  unfinished: repeatedWordsSchema.nullable(),
});
export type Withdrawal = z.output<typeof withdrawalSchema>;

/** What a deletion took with it, and what it left. */
export interface Forgotten {
  /** Different statements, of all profiles. */
  readonly statements: number;
  /** Different lines, of all persona versions. */
  readonly lines: number;
  /** Ids of episodes that lost their response, because it repeated the deleted one. */
  readonly responses: readonly string[];
  /** Ids of episodes in which the user says at least half of its words. They stay. */
  readonly sameIn: readonly string[];
}

/** The deletions that came after a time, ISO 8601, of episodes that were there by then. */
export function deletedSince(withdrawals: readonly Withdrawal[], since: string): Withdrawal[] {
  return withdrawals.filter(
    ({ what, at }) => what === "deleted" && Date.parse(at) > Date.parse(since),
  );
}
