import { z } from "zod";
import { formField } from "../config/studio-form.js";
import { feedbackKindSchema, feedbackSchema } from "../domain/episode.js";
import { personaCheckpointSchema } from "../domain/persona/persona-checkpoint.js";
import { agentState } from "./agent-state.js";

/** `null` by default, so that a run on a stored thread does not see the last run's value. */
const field = (form: z.ZodType) => formField(form).default(null);

/** A caller's input, checked by the first node. */
export const feedbackInput = z.object({
  episodeId: field(z.string().describe("The episode that the feedback is for.")),
  kind: field(
    feedbackKindSchema.describe(
      "`answer`: what the user really answered; `edit`: the response as it should have been; `accept`: it was right; `reject`: it was wrong.",
    ),
  ),
  text: field(z.string().describe("The text of an answer or an edit; none for the other kinds.")),
  reason: field(
    z.string().describe("Why the response was wrong, with an edit or a reject; optional."),
  ),
  author: field(z.string().describe("Who gives the feedback; the user unless given.")),
});

/**
 * The state of the feedback graph. It holds an author only if the caller names one: the default author is the user's id,
 * and a state is stored and traced.
 */
export const feedbackState = z.object({
  ...feedbackInput.shape,
  owner: agentState.shape.owner,
  outcome: z
    .enum(["recorded", "replaced", "unchanged"])
    .nullable()
    .default(null)
    .describe("Whether it is new, replaced other feedback, or changed nothing."),
  previous: z
    .object({
      kind: feedbackSchema.shape.kind.nullable(),
      at: z.iso.datetime().nullable(),
      answer: z.string().nullable(),
      reason: z.string().nullable().default(null),
    })
    .nullable()
    .default(null)
    .describe("The feedback and the true answer that it replaced."),
  rollback: personaCheckpointSchema
    .nullable()
    .default(null)
    .describe("The checkpoint that rolled back a persona version that did worse."),
  alignment: agentState.shape.alignment,
  degraded: agentState.shape.degraded,
});
export type FeedbackState = z.output<typeof feedbackState>;
export type FeedbackUpdate = Partial<FeedbackState>;
