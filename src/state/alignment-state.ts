import type { Overwrite } from "@langchain/langgraph";
import { withLangGraph } from "@langchain/langgraph/zod";
import { z } from "zod";
import { type AlignmentItem, alignmentItemSchema } from "../domain/alignment/alignment-item.js";
import {
  type ProfileDraw,
  type SimulationProfile,
  simulationProfileSchema,
} from "../domain/alignment/simulation-profile.js";
import {
  personaCheckpointSchema,
  type PersonaLine,
  personaLineSchema,
} from "../domain/persona/persona-checkpoint.js";
import { defaultLocale, type Locale, localeSchema } from "../domain/locale.js";
import { type Profile, profileSchema } from "../domain/profile.js";
import { lineRejectionSchema } from "../domain/persona/line-rejection.js";
import { promisingSchema } from "../domain/alignment/promising.js";
import {
  type SimulatedAnswer,
  simulatedAnswerSchema,
} from "../domain/alignment/simulated-answer.js";
import { trialRecordSchema } from "../domain/alignment/alignment-record.js";
import { failedItemSchema } from "../domain/alignment/failed-item.js";
import { judgementSchema } from "../domain/alignment/judgement.js";
import { addUsage, noUsage, type Usage, usageSchema } from "../domain/usage.js";
import { critiqueSchema } from "../prompts/learning/textual-loss.js";

/** A persona that answers items: the parent's checkpoint, or a candidate for the next one. */
export const personaUnderTestSchema = personaCheckpointSchema
  .pick({ version: true, lines: true, paperSystemPrompt: true })
  .extend({ key: z.string().describe("Names it within the run.") });
export type PersonaUnderTest = z.output<typeof personaUnderTestSchema>;

/** One task of the fan-out: one item under one persona. A task sees no other state, so it carries all that it needs. */
export interface SimulationTask {
  readonly runId: string;
  readonly persona: PersonaUnderTest;
  readonly role: "parent" | "candidate" | "predecessor";
  /** The persona's lines that the item has taught; its simulation does not see them. */
  readonly taught: readonly PersonaLine[];
  /** The profile that knows nothing of the item's answer. */
  readonly profile: Profile | null;
  readonly locale: Locale;
  readonly item: AlignmentItem;
  /** From 0. */
  readonly repeat: number;
}

/** The task of drawing the profiles for a run's simulations. */
export interface ProfileDrawTask {
  readonly runId: string;
  readonly draws: readonly ProfileDraw[];
}

/** The task of criticising this answer. */
export interface CritiqueTask extends SimulationTask {
  readonly answer: SimulatedAnswer;
}

/** The task of comparing the two answers to one open item. */
export interface JudgeTask {
  readonly item: AlignmentItem;
  /** The candidate's key. */
  readonly candidate: string;
  readonly answers: { readonly parent: string; readonly candidate: string };
}

/** The critique of one answer. `critique` is null in paper mode; both are null if the model gave none. */
export const critiqueRecordSchema = z.strictObject({
  persona: z.string(),
  episodeId: z.string(),
  critique: critiqueSchema.nullable(),
  text: z.string().nullable(),
});

export const candidateSchema = personaUnderTestSchema.extend({
  /** Why the update model changed the lines. */
  reason: z.string(),
  /** Whether it is the run's `promising` one, which was rejected before. */
  isTriedAgain: z.literal(true).optional(),
});
export type PersonaCandidate = z.output<typeof candidateSchema>;

/** A checkpoint before it is written. */
export const proposalSchema = personaCheckpointSchema.omit({
  schemaVersion: true,
  id: true,
  version: true,
  parentId: true,
  rollback: true,
});
// An interface keeps its name in the declarations of the graph, whose type would else be too long to write.
export interface Proposal extends z.output<typeof proposalSchema> {}
const namedProposal: z.ZodType<Proposal, Proposal> = proposalSchema as never;

/** The version that a run began with, where it is on trial, and what it is tried on. */
export const runTrialSchema = z.strictObject({
  /** The version before it, which answers the same questions. */
  parent: personaUnderTestSchema,
  /** Of the questions. */
  episodeIds: z.array(z.string()).min(1),
});

/** The result of one iteration. Scores are means from 0 to 1, `null` where nothing was asked. */
export const iterationSchema = z.strictObject({
  /** Mean score of the batch under the persona in use, 0 to 1; `null` where nothing was asked. */
  parentScore: z.number().nullable(),
  /** The same under the update; `null` where none was tried. */
  candidateScore: z.number().nullable(),
  /** The same of the held-out items. */
  holdoutParent: z.number().nullable(),
  holdoutCandidate: z.number().nullable(),
  /** Share of the judged items on which both orders agreed, 0 to 1; `null` where no judge was asked. */
  judgeAgreement: z.number().nullable(),
  accepted: z.boolean(),
  reason: z.string(),
  /** The number of the version that is in use now; `null` where nothing was accepted. */
  version: z.number().int().nullable(),
});
export type Iteration = z.output<typeof iterationSchema>;

/** A list that each task appends to; the first node of a run empties it. */
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

/** The state of the alignment graph. */
export const alignmentState = z.object({
  owner: z
    .string()
    .optional()
    .describe("Key of the user whose persona it is; only they can continue the thread."),
  runId: z.string().default("").describe("Names the run in the checkpoints it writes."),
  startedAt: z.iso.datetime().optional().describe("When the run began."),
  waitedSeconds: z.number().default(0).describe("Seconds that the run has waited for review."),
  profile: profileSchema
    .nullable()
    .default(null)
    .describe("The user's profile, which the updated persona will have beside it."),
  simulationProfiles: growing(
    // Profiles have defaults, which only stored ones lack.
    simulationProfileSchema as z.ZodType<SimulationProfile, SimulationProfile>,
    "The profiles under which the items are answered; where there is none, the user's.",
  ),
  locale: localeSchema
    .default(defaultLocale)
    .describe("Time zone and language under which all items are answered."),
  parent: personaUnderTestSchema.optional().describe("The persona to be improved."),
  parentId: z.string().default("").describe("Id of the parent's checkpoint."),
  learnedBefore: z
    .array(personaLineSchema)
    .default([])
    .describe("The lines that the run began with."),
  batch: z
    .array(alignmentItemSchema)
    .default([])
    .describe("Items that are criticised; empty until the parent has answered."),
  holdout: z
    .array(alignmentItemSchema)
    .default([])
    .describe("Items that only validate, in the order in which they are asked."),
  asked: z
    .number()
    .int()
    .default(0)
    .describe("How many held-out items the iteration has put to candidates, from the first on."),
  iteration: z.number().int().default(0).describe("The present update's number, from 1."),
  iterationStart: z
    .object({ at: z.iso.datetime(), usage: usageSchema })
    .optional()
    .describe("When the iteration began, and the usage until then."),
  today: usageSchema
    .default(noUsage)
    .describe("Usage of the user's earlier alignments on the day of the run."),
  answers: growing(simulatedAnswerSchema, "Simulated answers of the run, under every persona."),
  critiques: growing(critiqueRecordSchema, "Critiques of the answers."),
  judgements: growing(judgementSchema, "The judge's comparisons of candidates with their parents."),
  failures: growing(failedItemSchema, "Model calls that failed, each for one item."),
  candidates: z
    .array(candidateSchema)
    .default([])
    .describe("The personas that the iteration proposed; at most one of them is taken."),
  prior: z
    .array(z.number())
    .optional()
    .describe("What updates are usually worth here; fixed for the run."),
  judgedBefore: z
    .number()
    .int()
    .default(0)
    .describe("How many candidates that was learned from; fixed for the run."),
  racing: z
    .array(z.string())
    .default([])
    .describe("Keys of the candidates that are still compared."),
  outcome: z
    .strictObject({ reason: z.string(), stop: z.enum(["kept", "budget"]).nullable() })
    .nullable()
    .default(null)
    .describe("Why nothing is judged, and what ends the run; null if it continues."),
  rejections: z
    .array(lineRejectionSchema)
    .default([])
    .describe("The rejected lines of the update."),
  others: z
    .array(namedProposal)
    .default([])
    .describe("Checkpoints of the iteration's other candidates, to be written before."),
  proposal: namedProposal.nullable().default(null).describe("The checkpoint to be written."),
  onTrial: runTrialSchema
    .nullable()
    .default(null)
    .describe("What the version that the run began with is tried on; null if it is not on trial."),
  trial: trialRecordSchema
    .nullable()
    .default(null)
    .describe("What was found of it; null before its answers are there."),
  promising: promisingSchema
    .nullable()
    .default(null)
    .describe("A candidate rejected by an earlier run that is tried again with its evidence."),
  rejected: z
    .array(
      z.strictObject({
        key: z.string().nullable().describe("Name in this run; null for an earlier run's."),
        lines: z.array(personaLineSchema).nullable(),
        rejections: z.array(lineRejectionSchema),
        reason: z.string(),
      }),
    )
    .default([])
    .describe("Rejected updates of the same lines, oldest first."),
  iterations: z.array(iterationSchema).default([]).describe("The results of the iterations."),
  degraded: z.array(z.string()).default([]).describe("Failures that the run worked around."),
  usage: summed,
});
export type AlignmentState = z.output<typeof alignmentState>;
export type AlignmentUpdate = Partial<AlignmentState>;
/** An update that may also replace a list that tasks append to. */
export type AlignmentRewrite = {
  readonly [Name in keyof AlignmentState]?: AlignmentState[Name] | Overwrite;
};

/** A run needs no input beside its settings. */
export const alignmentInput = z.object({});
