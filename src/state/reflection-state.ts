import { z } from "zod";
import { inferredFeedbackSchema } from "../domain/inferred-feedback.js";
import { profileSchema } from "../domain/profile.js";
import { agentState } from "./agent-state.js";
import { feedbackState } from "./feedback-state.js";

/** The state of the reflection graph. It names no user but by their key. */
export const reflectionState = z.object({
  owner: agentState.shape.owner,
  outcome: z
    .enum(["reflected", "nothing-new", "budget", "off"])
    .nullable()
    .default(null)
    .describe("Whether turns were read; if not, why."),
  proposal: z
    .strictObject({
      profile: profileSchema
        .omit({ schemaVersion: true, id: true, version: true })
        .nullable()
        .describe("The profile to be appended; null if it stays."),
      baseId: z.string().nullable().describe("The profile that was read; null for none."),
      reactions: z.array(inferredFeedbackSchema),
      lastReadId: z.string().describe("The latest episode that was read."),
    })
    .nullable()
    .default(null)
    .describe("What is to be stored."),
  profile: profileSchema
    .nullable()
    .default(null)
    .describe("The new version of the profile; null if it stays."),
  reactions: z
    .array(inferredFeedbackSchema)
    .default([])
    .describe("The feedback that was inferred and stored."),
  rollback: feedbackState.shape.rollback,
  alignment: agentState.shape.alignment,
  degraded: agentState.shape.degraded,
  usage: agentState.shape.usage,
});
export type ReflectionState = z.output<typeof reflectionState>;
export type ReflectionUpdate = Partial<ReflectionState>;

/** A run needs no input beside its settings. */
export const reflectionInput = z.object({});
