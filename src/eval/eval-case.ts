import type { Episode } from "../domain/episode.js";
import type { LampTask } from "../domain/lamp-question.js";

/** One history and the questions on it: a user, or each question of a user that has a history of its own. */
export interface EvalCase {
  readonly set: string;
  readonly task: LampTask;
  readonly user: string;
  /** Names the case within its set: the user, or the user and the case's first question. */
  readonly id: string;
  /** The answers that all questions of the set allow. */
  readonly labels: readonly string[];
  /** Oldest first, as memory holds them; the questions are later than all of them. */
  readonly history: readonly Episode[];
  readonly questions: readonly EvalQuestion[];
}

export interface EvalQuestion {
  readonly id: string;
  readonly input: string;
  readonly gold: string;
}
