import { z } from "zod";
import { usageSchema } from "../../domain/usage.js";
import type { Prediction, PreparedCase } from "../prediction.js";

const texts = z.array(z.string());
const text = z.string().nullable();
const seconds = z.number().nonnegative();
const whose = { arm: z.string(), set: z.string(), case: z.string() };

/** A line of `predictions.jsonl`. */
export const predictionSchema: z.ZodType<Prediction> = z.object({
  ...whose,
  user: z.string(),
  question: z.string(),
  gold: z.string(),
  prediction: text,
  output: text,
  error: text,
  prompt: text,
  tools: texts,
  usage: usageSchema,
  seconds,
});

/** A line of `preparations.jsonl`. */
export const preparedCaseSchema: z.ZodType<PreparedCase> = z.object({
  ...whose,
  preparation: z
    .object({
      state: z.unknown(),
      usage: usageSchema,
      persona: z.object({ before: texts, after: texts }).nullable(),
    })
    .nullable(),
  error: text,
  seconds,
});

/** Names a question of an arm within a run. */
export function predictionKey({
  arm,
  set,
  question,
}: Pick<Prediction, "arm" | "set" | "question">): string {
  return JSON.stringify([arm, set, question]);
}

/** Names a case of an arm within a run. */
export function preparedKey(of: Pick<PreparedCase, "arm" | "set" | "case">): string {
  return JSON.stringify([of.arm, of.set, of.case]);
}
