import { z } from "zod";

/** Why a proposed line, or a whole candidate, was refused before anything was scored. */
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
  /** It is to change or remove a line that is not there, or that another change has taken. */
  "unknown-line",
  "unknown-tool",
  "repeats-rule",
  "duplicate",
  /** It holds for one item, and quotes it. */
  "memorises",
  /** It gives orders that are not about how this user wants to be answered. */
  "instruction",
  "markup",
  /** Characters that a reader does not see, or takes for others. */
  "hidden-text",
] as const;
export type LineRejectionKind = (typeof lineRejectionKinds)[number];

export const lineRejectionSchema = z.strictObject({
  kind: z.enum(lineRejectionKinds),
  /** The refused line as proposed, shortened; `null` where the whole candidate is refused. */
  line: z.string().nullable(),
  /** One sentence: what is wrong, and what would be right. It is shown to people and to the next update. */
  reason: z.string(),
});
export type LineRejection = z.output<typeof lineRejectionSchema>;
