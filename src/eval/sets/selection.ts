import type { EvalSet, EvalUser } from "./eval-set.js";
import { createRandom, shuffled } from "./random.js";

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
  /** Only so many users, those with the longest history. */
  readonly longestHistories?: number | undefined;
  /** Of those, so many drawn at random with this seed. */
  readonly sample?: { readonly users: number; readonly seed: number } | undefined;
  /** At most so many questions in all. */
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
  const counts = users.map(() => 0);
  let left = most;
  for (let round = 1; left > 0; round++) {
    const asked = users.flatMap(({ questionIds }, place) =>
      questionIds.length >= round ? [place] : [],
    );
    if (asked.length === 0) break;
    for (const place of asked.slice(0, left)) counts[place] = round;
    left -= asked.length;
  }
  return users.flatMap((user, place) => {
    const questionIds = user.questionIds.slice(0, counts[place]);
    return questionIds.length === 0 ? [] : [{ ...user, questionIds }];
  });
}
