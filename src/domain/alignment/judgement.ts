import { z } from "zod";
import { scorerFor } from "../scoring/scorer.js";
import type { AlignmentItem } from "./alignment-item.js";
import type { SimulatedAnswer } from "./simulated-answer.js";

/** Whose reply serves the user better. */
export const preferredSchema = z.enum(["parent", "candidate", "neither"]);
export type Preferred = z.output<typeof preferredSchema>;

/** What the judge said of the first answers of parent and candidate to one item. */
export const judgementSchema = z.strictObject({
  /** Names the candidate within its run. */
  candidate: z.string(),
  episodeId: z.string(),
  preferred: preferredSchema,
  /** Whether it said the same in both orders; `null` where it gave no usable answer. */
  ordersAgree: z.boolean().nullable(),
});
export type Judgement = z.output<typeof judgementSchema>;

/** A judge's answer to one order of the two replies. */
export type Verdict = "a" | "b" | "tie";

/**
 * A preference counts only if it holds in both orders: a judge that favours a place, or the longer reply in it,
 * contradicts itself when the replies change places. Everything else is a tie.
 *
 * @param parentFirst - The verdict where the parent's reply stands as A.
 * @param candidateFirst - The verdict where the candidate's does.
 */
export function judgementOf(
  parentFirst: Verdict,
  candidateFirst: Verdict,
): Pick<Judgement, "preferred" | "ordersAgree"> {
  const first = ({ a: "parent", b: "candidate", tie: "neither" } as const)[parentFirst];
  const second = ({ a: "candidate", b: "parent", tie: "neither" } as const)[candidateFirst];
  return first === second
    ? { preferred: first, ordersAgree: true }
    : { preferred: "neither", ordersAgree: false };
}

/** What a judged item counts for parent and candidate, from 0 to 1. */
export const judgedScores: Readonly<
  Record<Preferred, { readonly parent: number; readonly candidate: number }>
> = {
  parent: { parent: 1, candidate: 0 },
  candidate: { parent: 0, candidate: 1 },
  neither: { parent: 0.5, candidate: 0.5 },
};

/** Whether an item asks for free text outside a benchmark, where shared words say little. */
export function isOpen({
  task,
  query,
  groundTruth,
}: Pick<AlignmentItem, "task" | "query" | "groundTruth">): boolean {
  return task === null && scorerFor(query, groundTruth).kind === "text";
}

/** Whether only a judge can compare these answers to an open item: they differ, and neither is the true answer's words. */
export function needJudge(
  parent: Pick<SimulatedAnswer, "text" | "score">,
  candidate: Pick<SimulatedAnswer, "text" | "score">,
): boolean {
  return parent.text !== candidate.text && Math.max(parent.score, candidate.score) < 1;
}
