import { z } from "zod";
import { formField } from "../config/studio-form.js";
import { feedbackSchema } from "../domain/episode.js";
import { personaCheckpointSchema } from "../domain/persona/persona-checkpoint.js";
import { agentState } from "./agent-state.js";

const { kind } = feedbackSchema.shape;
/** `null` for what is left out, so that a run on a kept thread does not find the last run's. */
const field = (form: z.ZodType) => formField(form).default(null);

/** What a caller sends; the first node checks it. */
export const feedbackInput = z.object({
  episodeId: field(z.string().describe("The episode that the feedback is for.")),
  kind: field(
    kind.describe(
      "`answer`: what the user really answered; `edit`: the response as it should have been; `accept`: it was right; `reject`: it was wrong.",
    ),
  ),
  text: field(z.string().describe("The text of an answer or an edit; none for the other kinds.")),
  author: field(z.string().describe("Who says so; the user unless given.")),
});

/**
 * What travels between the feedback graph's nodes. Who gave feedback is in it only where the caller names somebody: a
 * state is kept and traced, and the author is else the user, by their id.
 */
export const feedbackState = z.object({
  ...feedbackInput.shape,
  owner: agentState.shape.owner,
  outcome: z
    .enum(["recorded", "replaced", "unchanged"])
    .nullable()
    .default(null)
    .describe("Whether it replaced something, or had been said before."),
  previous: z
    .object({
      kind: kind.nullable(),
      at: z.iso.datetime().nullable(),
      answer: z.string().nullable(),
    })
    .nullable()
    .default(null)
    .describe("The feedback and the true answer that it replaced."),
  rollback: personaCheckpointSchema
    .nullable()
    .default(null)
    .describe("The checkpoint by which a persona version that did worse was taken back."),
  alignment: agentState.shape.alignment,
  degraded: agentState.shape.degraded,
});
export type FeedbackState = z.output<typeof feedbackState>;
export type FeedbackUpdate = Partial<FeedbackState>;
