import { z } from "zod";
import { usageSchema } from "../domain/usage.js";

const texts = z.array(z.string()).readonly();
const seconds = z.number().nonnegative();
const caseFields = { arm: z.string(), set: z.string(), case: z.string() };

/** A line of `predictions.jsonl`: one question, answered by one arm, or the error that it ended in. */
export const predictionSchema = z
  .object({
    ...caseFields,
    user: z.string(),
    question: z.string(),
    gold: z.string(),
    /** As the metrics take it; `null` where there was an error. */
    prediction: z.string().nullable(),
    output: z.string().nullable(),
    error: z.string().nullable(),
    prompt: z.string().nullable(),
    tools: texts,
    usage: usageSchema,
    /** For this question alone, without the wait for its turn. */
    seconds,
  })
  .readonly();
export type Prediction = z.output<typeof predictionSchema>;

/** A question's true answer and what was predicted, as texts. Space around either does not count. */
export type Answer = { readonly [Field in "gold" | "prediction"]: string };

/** What a method made of a case before its questions: plain JSON, so that another process can resume with it. */
const preparationSchema = z
  .object({
    /** The method's own; what its `open` needs beside the history. */
    state: z.unknown(),
    usage: usageSchema,
    /** For the report: the first persona and the one that answers the questions, an entry a line. */
    persona: z
      .object({
        before: texts,
        after: texts,
        /** Why its alignment did not start; left out where it did, or the method has none. */
        notAligned: z.string().optional(),
        /**
         * What its alignment's parent scored in simulation, 0 to 1, an item each, on items of the questions' kind; left
         * out where no alignment ran.
         */
        simulated: z.array(z.number()).readonly().optional(),
        /** What a vote of the interactions until then scores on the same items, and on the case's questions. */
        control: z
          .object({
            simulated: z.array(z.number()).readonly(),
            later: z.array(z.number()).readonly(),
          })
          .readonly()
          .optional(),
      })
      .readonly()
      .nullable(),
  })
  .readonly();
export type Preparation = z.output<typeof preparationSchema>;

/** A line of `preparations.jsonl`: one case, made ready for one arm, or the error that it ended in. */
export const preparedCaseSchema = z
  .object({
    ...caseFields,
    preparation: preparationSchema.nullable(),
    error: z.string().nullable(),
    seconds,
  })
  .readonly();
export type PreparedCase = z.output<typeof preparedCaseSchema>;

type Key<Field extends "question" | "case"> = Pick<Prediction, "arm" | "set" | Field>;

/** Names a question of an arm within a run. */
export function predictionKey({ arm, set, question }: Key<"question">): string {
  return JSON.stringify([arm, set, question]);
}

/** Names a case of an arm within a run. */
export function preparedKey({ arm, set, case: id }: Key<"case">): string {
  return JSON.stringify([arm, set, id]);
}
