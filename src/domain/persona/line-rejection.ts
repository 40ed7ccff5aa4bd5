import { z } from "zod";

/** Why a proposed line, or a whole candidate, was rejected before anything was scored. */
export const lineRejectionKinds = [
  /** A line without text, or a candidate without lines. */
  "empty",
  /** The candidate would put the same words in the prompt as its parent. */
  "unchanged",
  "too-long",
  "too-many-lines",
  "over-budget",
  "no-evidence",
  "unknown-item",
  /** The line to change or remove does not exist, or another change has taken it. */
  "unknown-line",
  "unknown-tool",
  "repeats-rule",
  "duplicate",
  /** It holds for one item only, and quotes it. */
  "memorises",
  /** It gives orders that are not about how this user wants to be answered. */
  "instruction",
  "markup",
  /** A word of it stands in what others wrote, and nowhere in what the user wrote. */
  "others-words",
  /** Characters that a reader does not see, or mistakes for others. */
  "hidden-text",
] as const;
export type LineRejectionKind = (typeof lineRejectionKinds)[number];

export const lineRejectionSchema = z.strictObject({
  kind: z.enum(lineRejectionKinds),
  /** The proposed line, shortened; `null` where the whole candidate is rejected. */
  line: z.string().nullable(),
  /** One sentence: what is wrong, and what would be right. People and the next update see it. */
  reason: z.string(),
});
export type LineRejection = z.output<typeof lineRejectionSchema>;
