import { withLangGraph } from "@langchain/langgraph/zod";
import { z } from "zod";
import { alignmentItemSchema } from "../domain/alignment/alignment-item.js";
import {
  personaCheckpointSchema,
  personaLineSchema,
} from "../domain/persona/persona-checkpoint.js";
import { profileSchema } from "../domain/profile.js";
import { lineRejectionSchema } from "../domain/persona/line-rejection.js";
import { simulatedAnswerSchema } from "../domain/alignment/simulated-answer.js";
import { addUsage, noUsage, type Usage, usageSchema } from "../domain/usage.js";
import { critiqueSchema } from "../prompts/learning/textual-loss.js";

/** A persona that answers items: the parent's checkpoint, or a candidate for the next one. */
export const personaUnderTestSchema = personaCheckpointSchema
  .pick({ version: true, lines: true, paperSystemPrompt: true })
  .extend({ key: z.string().describe("Names it within the run.") });
export type PersonaUnderTest = z.output<typeof personaUnderTestSchema>;

/** One task of the fan-out: this item, under this persona. It carries all it needs, because a task sees no other state. */
export const simulationTaskSchema = z.object({
  runId: z.string(),
  persona: personaUnderTestSchema,
  role: z.enum(["parent", "candidate"]),
  profile: profileSchema.nullable(),
  item: alignmentItemSchema,
  repeat: z.number().int().nonnegative(),
});
export type SimulationTask = z.output<typeof simulationTaskSchema>;

/** One critique to be had, of this answer. */
export const critiqueTaskSchema = simulationTaskSchema.extend({ answer: simulatedAnswerSchema });
export type CritiqueTask = z.output<typeof critiqueTaskSchema>;

/** What was said of one answer; `critique` is null in paper mode, and both where none could be had. */
export const critiqueRecordSchema = z.strictObject({
  persona: z.string(),
  episodeId: z.string(),
  critique: critiqueSchema.nullable(),
  text: z.string().nullable(),
});
export type CritiqueRecord = z.output<typeof critiqueRecordSchema>;

export const candidateSchema = personaUnderTestSchema.extend({
  /** Why the update model changed the lines. */
  reason: z.string(),
});
export type PersonaCandidate = z.output<typeof candidateSchema>;

/** What one iteration came to; scores are means from 0 to 1, `null` where nothing was asked. */
export const iterationSchema = z.strictObject({
  parentScore: z.number().nullable(),
  candidateScore: z.number().nullable(),
  holdoutParent: z.number().nullable(),
  holdoutCandidate: z.number().nullable(),
  accepted: z.boolean(),
  reason: z.string(),
  /** Of the checkpoint that holds the evidence; `null` when there was none to keep. */
  version: z.number().int().nullable(),
});
export type Iteration = z.output<typeof iterationSchema>;

/** Lists grow by what each task adds; the first node of a run begins them anew. */
function growing<Item>(item: z.ZodType<Item, Item>, meaning: string) {
  const list: z.ZodType<Item[], Item[]> = z.array(item).describe(meaning);
  return withLangGraph(list, {
    reducer: { schema: list, fn: (before: Item[], more: Item[]) => [...before, ...more] },
    default: (): Item[] => [],
  });
}

const summed = withLangGraph(usageSchema.describe("Model calls and tokens of the run so far."), {
  reducer: { schema: usageSchema, fn: (before: Usage, more: Usage) => addUsage(before, more) },
  default: () => noUsage,
});

/** What travels between the alignment's nodes. */
export const alignmentState = z.object({
  owner: z
    .string()
    .optional()
    .describe("Key of the user whose persona it is; only they go on with the thread."),
  runId: z.string().default("").describe("Names the run in the checkpoints it writes."),
  startedAt: z.iso.datetime().optional().describe("When the run began."),
  waitedSeconds: z.number().default(0).describe("Seconds that the run has waited for review."),
  profile: profileSchema
    .nullable()
    .default(null)
    .describe("The profile that all answers are under."),
  parent: personaUnderTestSchema.optional().describe("The persona that is to be improved."),
  parentId: z.string().default("").describe("Id of the parent's checkpoint."),
  batch: z.array(alignmentItemSchema).default([]).describe("Latest items; they are criticised."),
  holdout: z.array(alignmentItemSchema).default([]).describe("Items that only judge."),
  iteration: z.number().int().default(0).describe("The present update's number, from 1."),
  iterationStart: z
    .object({ at: z.iso.datetime(), usage: usageSchema })
    .optional()
    .describe("When the iteration began, and what had been spent by then."),
  today: usageSchema
    .default(noUsage)
    .describe("What the user's alignments had spent before, on the day the run began."),
  answers: growing(simulatedAnswerSchema, "Simulated answers of the run, under every persona."),
  critiques: growing(critiqueRecordSchema, "What was said of the answers."),
  candidate: candidateSchema
    .nullable()
    .default(null)
    .describe("The proposed persona; null while there is none, or nothing is to change."),
  outcome: z
    .strictObject({ reason: z.string(), stop: z.enum(["kept", "budget"]).nullable() })
    .nullable()
    .default(null)
    .describe("Why nothing is to be judged, and what ends the run; null where it goes on."),
  rejections: z.array(lineRejectionSchema).default([]).describe("What was refused of the update."),
  proposal: personaCheckpointSchema
    .omit({ schemaVersion: true, id: true, version: true, parentId: true, rollback: true })
    .nullable()
    .default(null)
    .describe("The checkpoint as it is about to be written."),
  rejected: z
    .array(
      z.strictObject({
        key: z.string().nullable().describe("Names it in this run; null for an earlier run's."),
        lines: z.array(personaLineSchema).nullable(),
        rejections: z.array(lineRejectionSchema),
        reason: z.string(),
      }),
    )
    .default([])
    .describe("Updates of the same lines that did not pass, oldest first."),
  iterations: z.array(iterationSchema).default([]).describe("What each iteration came to."),
  degraded: z.array(z.string()).default([]).describe("What did not work as it should."),
  usage: summed,
});
export type AlignmentState = z.output<typeof alignmentState>;
export type AlignmentUpdate = Partial<AlignmentState>;

/** A run is asked for by its settings alone. */
export const alignmentInput = z.object({});
