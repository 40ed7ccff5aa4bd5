import { z } from "zod";

/** Most outdated statements that one statement keeps; the latest stay. */
export const maxReplaced = 5;

/** One statement about a user, and its evidence. */
export const profileStatementSchema = z.strictObject({
  text: z.string().min(1),
  /** Episode ids, oldest first; at least one. */
  evidence: z.array(z.string()).min(1),
  /** What was said in its place before and holds no longer, latest first, each with its own evidence. */
  replaces: z
    .array(z.strictObject({ text: z.string().min(1), evidence: z.array(z.string()).min(1) }))
    .max(maxReplaced)
    .default([]),
});
export type ProfileStatement = z.output<typeof profileStatementSchema>;

/**
 * The user's semantic memory (the paper's P^u): what holds over many interactions. A new version is appended; earlier
 * ones stay.
 */
export const profileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** Unique among the user's profiles; sorting ids sorts versions. */
  id: z.string(),
  version: z.number().int().nonnegative(),
  /** When the episodes were read; a later true answer is new. */
  at: z.iso.datetime(),
  statements: z.array(profileStatementSchema),
  /** The latest episode that was read, and the number of episodes: the start of a refresh. */
  lastEpisodeId: z.string().nullable(),
  episodeCount: z.number().int().nonnegative(),
  model: z.string(),
});
export type Profile = z.output<typeof profileSchema>;

/** Whether a deletion took statements that rest on other episodes too, so that it has to be drawn again. */
export function isIncomplete(profile: Profile | null): boolean {
  return profile !== null && profile.lastEpisodeId !== null && profile.episodeCount === 0;
}

/** The text for the persona's slot of the user summary: only what holds now. Empty when nothing is known. */
export function profileSummary(profile: Profile | null): string {
  return (profile?.statements ?? []).map((statement) => `- ${statement.text}`).join("\n");
}
