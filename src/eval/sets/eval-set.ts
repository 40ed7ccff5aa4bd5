import type { LampTask } from "../../domain/lamp-question.js";
import type { ProfileItem } from "../../formats/profile-item.js";
import type { EvalQuestion } from "../eval-case.js";

/** One question of a set, with its user and its history. */
export interface EvalRecord {
  readonly user: string;
  readonly question: EvalQuestion;
  /** In the file's order. Two questions of one user may have different histories: never merge them. */
  readonly profile: readonly ProfileItem[];
}

/** A user of a set, without the history itself. */
export interface EvalUser {
  readonly user: string;
  /** In the file's order. */
  readonly questionIds: readonly string[];
  /** Items of the longest profile among the user's questions. */
  readonly historyLength: number;
}

/** A set that was checked whole and can be read any number of times, one question at a time. */
export interface EvalSet {
  /** The name of its folder. */
  readonly name: string;
  readonly task: LampTask;
  /** The answers that all its questions allow: the task's, or the set's own. */
  readonly labels: readonly string[];
  /** In the file's order. */
  readonly users: readonly EvalUser[];
  /** @param questionIds - Only these; all unless given. */
  readonly read: (questionIds?: ReadonlySet<string>) => AsyncIterable<EvalRecord>;
}
