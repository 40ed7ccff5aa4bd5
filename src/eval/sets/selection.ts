import type { EvalSet, EvalUser } from "./eval-set.js";
import { createRandom, shuffled } from "../../system/seeded-random.js";

/** A set, and which users are asked which questions of it. */
export interface SelectedSet {
  readonly set: EvalSet;
  /** As `selectUsers` gives them. */
  readonly users: readonly EvalUser[];
}

/** How many questions these users are asked. */
export function questionsOf(users: readonly EvalUser[]): number {
  return users.reduce((sum, { questionIds }) => sum + questionIds.length, 0);
}

/** What part of a set is asked. Everything, unless given. All counts are whole numbers, 0 or more. */
export interface Selection {
  /** Only this many users, those with the longest history. */
  readonly longestHistories?: number | undefined;
  /** Of those, this many drawn at random with this seed. */
  readonly sample?: { readonly users: number; readonly seed: number } | undefined;
  /** At most this many questions in all. */
  readonly questions?: number | undefined;
}

/**
 * The users that are asked, each with the questions asked, in the set's order. A limited number of questions goes round:
 * each user gets one, then each a second, and so on, because intervals depend on the number of users.
 */
export function selectUsers(
  users: readonly EvalUser[],
  { longestHistories = users.length, sample, questions = Number.POSITIVE_INFINITY }: Selection,
): EvalUser[] {
  const places = users.map((_, place) => place);
  const length = (place: number) => users[place]?.historyLength ?? 0;
  // The sort is stable: of equally long histories the earlier user comes first.
  const longest = places.toSorted((a, b) => length(b) - length(a)).slice(0, longestHistories);
  const drawn =
    sample === undefined
      ? longest
      : shuffled(longest, createRandom(sample.seed)).slice(0, sample.users);
  const chosen = drawn.toSorted((a, b) => a - b).flatMap((place) => users[place] ?? []);
  return limitQuestions(chosen, questions);
}

function limitQuestions(users: readonly EvalUser[], most: number): EvalUser[] {
  const rounds = users.flatMap(({ questionIds }) =>
    questionIds.map((id, round) => ({ id, round })),
  );
  // The sort is stable: within a round the users keep their order.
  const chosen = rounds.toSorted((a, b) => a.round - b.round).slice(0, most);
  const ids = new Set(chosen.map(({ id }) => id));
  return users
    .map((user) => ({ ...user, questionIds: user.questionIds.filter((id) => ids.has(id)) }))
    .filter(({ questionIds }) => questionIds.length > 0);
}
