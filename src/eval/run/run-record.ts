import { z } from "zod";
import { usageSchema } from "../../domain/usage.js";

const count = z.number().int().nonnegative();
const seconds = z.number().nonnegative();

/** `run.json`: what a run was given and made with, so that its predictions can be read without anything else. */
export const runRecordSchema = z.object({
  /** ISO 8601. */
  created: z.string(),
  seed: z.number().int(),
  model: z.string(),
  alignmentModel: z.string(),
  embeddings: z.string(),
  /** The kind of index that memory was searched with, as `in-process` or `chroma`. */
  index: z.string(),
  sets: z.array(
    z.object({
      name: z.string(),
      task: z.enum(["LaMP_1", "LaMP_2N", "LaMP_2M", "LaMP_3"]),
      labels: z.array(z.string()),
      /** How many users, and how many questions each arm is asked. */
      users: count,
      questions: count,
    }),
  ),
  arms: z.array(
    z.object({
      id: z.string(),
      method: z.string(),
      summary: z.string(),
      settings: z.record(z.string(), z.union([z.number(), z.boolean()])),
      study: z.object({ name: z.string(), value: z.number() }).nullable(),
    }),
  ),
  versions: z.record(z.string(), z.string()),
  /** All that was asked of models, over all of its starts: for errors, too, and for what was given up when it was stopped. */
  spent: usageSchema,
  /** Wall clock of the run's parts, over all of its starts. */
  timing: z.object({
    startSeconds: seconds,
    preparationSeconds: seconds,
    questionSeconds: seconds,
  }),
});
export type RunRecord = z.output<typeof runRecordSchema>;
