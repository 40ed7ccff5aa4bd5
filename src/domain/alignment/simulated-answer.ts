import { z } from "zod";
import { usageSchema } from "../usage.js";

/** The agent's answer to one item under one persona, without sight of the item itself. */
export const simulatedAnswerSchema = z.strictObject({
  /** Names the persona within its run: the parent's or the candidate's. */
  persona: z.string(),
  episodeId: z.string(),
  /** From 0, where every item is answered more than once. */
  repeat: z.number().int().nonnegative(),
  /** Empty when the model gave no usable answer; it then scores 0. */
  text: z.string(),
  score: z.number().min(0).max(1),
  /** The recalled interactions, best first, then those that tools found. */
  recalled: z.array(z.string()),
  toolCalls: z.array(z.strictObject({ name: z.string(), input: z.string() })),
  /** Parts that failed. */
  degraded: z.array(z.string()),
  usage: usageSchema,
});
export type SimulatedAnswer = z.output<typeof simulatedAnswerSchema>;

/** The scores of one item under one persona, by repeat. */
export function itemScores(
  answers: readonly SimulatedAnswer[],
  persona: string,
  episodeId: string,
): number[] {
  return answers
    .filter((answer) => answer.persona === persona && answer.episodeId === episodeId)
    .toSorted((a, b) => a.repeat - b.repeat)
    .map(({ score }) => score);
}

/** The answer to one item under one persona; the first one that there is unless a repeat is named. */
export function answerOf(
  answers: readonly SimulatedAnswer[],
  {
    persona,
    episodeId,
    repeat,
  }: { readonly persona: string; readonly episodeId: string; readonly repeat?: number },
): SimulatedAnswer | undefined {
  return answers
    .filter((answer) => answer.persona === persona && answer.episodeId === episodeId)
    .toSorted((a, b) => a.repeat - b.repeat)
    .find((answer) => repeat === undefined || answer.repeat === repeat);
}
