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

/** What every set has. It was checked whole and can be read any number of times. */
interface CheckedSet {
  /** The name of its folder, or of its file without the ending. */
  readonly name: string;
  /** The answers that all its questions allow: the task's, or the set's own. */
  readonly labels: readonly string[];
  /** In the file's order. */
  readonly users: readonly EvalUser[];
}

/** A set in LaMP's form, read one question at a time. */
export interface LampEvalSet extends CheckedSet {
  readonly task: LampTask;
  /** @param questionIds - Only these; all unless given. */
  readonly read: (questionIds?: ReadonlySet<string>) => AsyncIterable<EvalRecord>;
}

/** A user of PrefEval: one conversation, which shows a preference in passing, and one question later. */
export interface PrefEvalUser {
  readonly user: string;
  /** Conversations of one topic may bear on each other's questions. */
  readonly topic: string;
  /** With its options in an order drawn with the seed. */
  readonly question: EvalQuestion;
  /** Oldest first; at least one. */
  readonly conversation: readonly { readonly user: string; readonly assistant: string }[];
}

/** A set in PrefEval's form, held in memory: the conversations of one user stand before the questions of others. */
export interface PrefEvalSet extends CheckedSet {
  readonly task: "PrefEval";
  /** In the file's order. */
  readonly people: readonly PrefEvalUser[];
  /** Of everything that is drawn at random. */
  readonly seed: number;
}

export type EvalSet = LampEvalSet | PrefEvalSet;
