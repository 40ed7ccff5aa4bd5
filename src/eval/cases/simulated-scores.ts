import type { PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import { scorerFor } from "../../domain/scoring/scorer.js";
import type { EvalCase } from "../eval-case.js";

/**
 * What the first parent of an alignment scored in simulation, 0 to 1, an item each. Items of another kind than the case's
 * questions are left out, because their scores mean something else: a history of LaMP-1 has titles, where its questions
 * have options.
 *
 * @param checkpoints - Of the case's user.
 */
export function simulatedScores(
  { history, questions }: Pick<EvalCase, "history" | "questions">,
  checkpoints: readonly PersonaCheckpoint[],
): { readonly episodeId: string; readonly score: number }[] {
  const first = checkpoints.find(({ alignment }) => alignment?.iteration === 1)?.alignment;
  const kinds = new Set(questions.map(({ input, gold }) => scorerFor(input, gold).kind));
  const isAlike = new Set(
    history.flatMap(({ id, query, groundTruth }) =>
      groundTruth !== null && kinds.has(scorerFor(query, groundTruth).kind) ? [id] : [],
    ),
  );
  const scored = [...(first?.scores.batch ?? []), ...(first?.scores.holdout ?? [])];
  return scored.flatMap(({ episodeId, parent: score }) =>
    isAlike.has(episodeId) ? [{ episodeId, score }] : [],
  );
}
