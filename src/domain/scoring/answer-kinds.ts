import { z } from "zod";
import { askedQuestion } from "../asked-question.js";
import { parseQuestion } from "../lamp-question.js";
import type { StatedQuestion } from "../stated-answers.js";
import { splitWords } from "../text/split-words.js";
import { scorerFor } from "./scorer.js";

const noticedSchema = z.strictObject({
  count: z.number(),
  answers: z.array(z.string()).readonly().describe("Up to four of them, most frequent first."),
});
/** How many interactions, and up to four of their true answers. */
export type Noticed = Readonly<z.output<typeof noticedSchema>>;

/** How the true answers of some interactions are scored. Numbers of interactions. */
export const answerKindsSchema = z.strictObject({
  choices: z.number().describe("Right or wrong."),
  ratings: z.number().describe("By distance."),
  open: z.number().describe("By shared words."),
  unanswered: z.number(),
  notAllowed: noticedSchema.describe(
    "Of the open ones: a question that states its answers, and the true one is none of them.",
  ),
  unlisted: noticedSchema.describe(
    "Of the open ones: short answers that a user gives again and again, as to questions that have a set of answers.",
  ),
});
export type AnswerKinds = Readonly<z.output<typeof answerKindsSchema>>;

/** An interaction, as far as its answer's kind depends on it. */
export type Answered = StatedQuestion & { readonly groundTruth: string | null };

/**
 * How an interaction's true answer is scored: right or wrong, by distance, or by shared words; so is also one that is
 * `not-allowed`, where the question states its answers and the true one is none of them.
 */
export type AnswerKind = "choice" | "rating" | "open" | "not-allowed" | "unanswered";

const kindNames = { choice: "choice", number: "rating", text: "open" } as const;
/** A short answer has at most so many words. */
const mostWords = 3;
const mostAnswers = 4;
/** Fewer may be chance. */
const fewestUnlisted = 4;
const unlistedShare = 0.1;

export function answerKindOf(interaction: Answered): AnswerKind {
  const { groundTruth } = interaction;
  if (groundTruth === null) return "unanswered";
  const kind = kindNames[scorerFor(askedQuestion(interaction), groundTruth).kind];
  if (kind !== "open") return kind;
  const { options, scale } = parseQuestion(askedQuestion(interaction));
  return (options ?? scale) === null ? kind : "not-allowed";
}

/** Counts interactions that are given to it one after the other. */
export function createAnswerCount() {
  const kinds = { choice: 0, rating: 0, open: 0, unanswered: 0 };
  const notAllowed = new Map<string, number>();
  /** Of each user the number of times that each short answer was given to an open question. */
  const short = new Map<string, Map<string, number>>();
  return {
    add(user: string, interaction: Answered): AnswerKind {
      const kind = answerKindOf(interaction);
      kinds[kind === "not-allowed" ? "open" : kind] += 1;
      const answer = (interaction.groundTruth ?? "").trim();
      if (kind === "not-allowed") addOne(notAllowed, answer);
      if (kind !== "open") return kind;
      const words = splitWords(answer);
      if (words.length > 0 && words.length <= mostWords) {
        const own = short.get(user) ?? new Map<string, number>();
        addOne(own, words.join(" "));
        short.set(user, own);
      }
      return kind;
    },
    counted(): AnswerKinds {
      const again = new Map<string, number>();
      for (const own of short.values())
        for (const [answer, count] of own)
          if (count > 1) again.set(answer, (again.get(answer) ?? 0) + count);
      return {
        choices: kinds.choice,
        ratings: kinds.rating,
        open: kinds.open,
        unanswered: kinds.unanswered,
        notAllowed: noticed(notAllowed),
        unlisted: noticed(again),
      };
    },
  };
}

/** The kinds of one user's interactions. */
export function countAnswers(user: string, interactions: readonly Answered[]): AnswerKinds {
  const count = createAnswerCount();
  for (const interaction of interactions) count.add(user, interaction);
  return count.counted();
}

/** Whether so many short answers would be compared by shared words that their questions most likely lack their options. */
export function lacksOptions({ choices, ratings, open, unlisted }: AnswerKinds): boolean {
  const answered = choices + ratings + open;
  return unlisted.count >= Math.max(fewestUnlisted, unlistedShare * answered);
}

function addOne(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function noticed(counts: ReadonlyMap<string, number>): Noticed {
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a);
  return {
    count: sorted.reduce((sum, [, count]) => sum + count, 0),
    answers: sorted.slice(0, mostAnswers).map(([answer]) => answer),
  };
}
