import { z } from "zod";
import { answerKindsSchema } from "../domain/scoring/answer-kinds.js";

const episodeId = z.string();

/** What an alignment streams while it works, in stream mode `custom`. Counts are of items, not of model calls. */
export const alignmentEventSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("alignment-started"),
    version: z.number(),
    batch: z.number(),
    holdout: z.number(),
    answers: answerKindsSchema.describe(
      "How the true answers of the items are scored, those that only a promising change is tried on included.",
    ),
  }),
  z.strictObject({
    kind: z.literal("item-simulated"),
    persona: z
      .enum(["parent", "candidate", "predecessor"])
      .describe(
        "The persona that answered; `predecessor`: the one before a parent that is on trial.",
      ),
    episodeId,
    score: z.number().describe("0 to 1, 1 is right."),
  }),
  z.strictObject({
    kind: z.literal("version-tried"),
    version: z.number(),
    outcome: z.enum(["confirmed", "taken-back", "on-trial"]),
  }),
  z.strictObject({ kind: z.literal("item-criticised"), episodeId }),
  z.strictObject({
    kind: z.literal("item-judged"),
    episodeId,
    preferred: z.enum(["parent", "candidate", "neither"]),
  }),
  z.strictObject({
    kind: z.literal("update-proposed"),
    iteration: z.number(),
    decision: z
      .enum(["keep", "change", "refused"])
      .describe("`refused`: none of its changes passed the checks."),
    candidates: z.number().describe("How many personas are compared with the parent."),
  }),
  z.strictObject({
    kind: z.literal("candidate-judged"),
    iteration: z.number(),
    accepted: z.boolean(),
    reason: z.string(),
  }),
  z.strictObject({
    kind: z.literal("checkpoint-written"),
    version: z.number().nullable().describe("`null` where it is not in use."),
    status: z.enum(["active", "rejected"]),
  }),
]);
export type AlignmentEvent = Readonly<z.output<typeof alignmentEventSchema>>;

const eventKinds: readonly string[] = alignmentEventSchema.options.map(
  ({ shape }) => shape.kind.value,
);

/** The simulated agents stream other events. */
export function isAlignmentEvent(event: unknown): event is AlignmentEvent {
  return eventKinds.includes((event as { readonly kind?: string }).kind ?? "");
}
