import type { Episode } from "../domain/episode.js";
import type { LampTask } from "../domain/lamp-question.js";

/** Whose metrics and wording a set has: a task of LaMP's, or PrefEval's choice among four answers. */
export type EvalTask = LampTask | "PrefEval";

/** One history and the questions on it: a user, or each question of a user that has a history of its own. */
export interface EvalCase {
  readonly set: string;
  readonly task: EvalTask;
  readonly user: string;
  /** Names the case within its set: the user, or the user and the case's first question. */
  readonly id: string;
  /** The answers that all questions of the set allow. */
  readonly labels: readonly string[];
  /** Oldest first, as memory holds them; the questions are later than all of them. */
  readonly history: readonly Episode[];
  /**
   * So many interactions that have nothing to do with the questions, later than all of the history and oldest first; those
   * of a larger count begin with those of a smaller one. For the study of the distance; left out where the set has none.
   */
  readonly unrelated?: (count: number) => readonly Episode[];
  readonly questions: readonly EvalQuestion[];
}

export interface EvalQuestion {
  readonly id: string;
  readonly input: string;
  readonly gold: string;
}
