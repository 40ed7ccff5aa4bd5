import { embedOffline, similarity } from "../offline-embeddings.js";
import { gistOf } from "../learning/learned-line.js";
import type { AnswerOption, ClosedQuestion } from "./options.js";
import type { ReadRequest } from "./request-reading.js";
import { sharedWords } from "../offline-words.js";

/** What a past answer to a question unlike this one counts, beside 1 for the same question. */
const anyVote = 0.05;
const usualVote = 0.5;
const sharedWordVote = 0.15;
const mostSharedWords = 4;
/**
 * A learned line rests on several interactions and was kept because it answered others of this user better. Where a
 * habit changed, most of the recalled interactions show the old one: a line that shares four words with the question
 * counts as much as the six interactions that a prompt recalls, at the 0.6 that a question of the same kind counts.
 */
const preferenceWeight = 6;

/**
 * Chooses one of the allowed answers by votes: past true answers by how near their question is; lines of the
 * summary and, heavier, learned preferences that name an answer. Scores take the middle of the votes
 * and not the most voted, because a neighbouring score is half right. Ties go to the option listed first.
 */
export function answerClosed(request: ReadRequest, question: ClosedQuestion): string {
  const { options } = question;
  const hasTexts = options.some((option) => option.text !== option.answer);
  const votes = hasTexts ? votesByText(request, options) : votesByAnswer(request, question);
  const total = votes.reduce((sum, vote) => sum + vote, 0);
  if (total <= 0) return withoutVotes(question);
  const isScale = options.every((option) => /^-?\d+(\.\d+)?$/.test(option.answer));
  const chosen = isScale ? middle(votes, total) : votes.indexOf(Math.max(...votes));
  return options[chosen]?.answer ?? "";
}

/** @returns One number an option, in their order; higher speaks more for it. */
function votesByAnswer(request: ReadRequest, { subject, options }: ClosedQuestion): number[] {
  const asked = embedOffline(subject);
  const past = request.interactions.flatMap(({ trueAnswer, question }) =>
    trueAnswer === null
      ? []
      : [{ trueAnswer, vote: anyVote + Math.max(0, similarity(asked, embedOffline(question))) }],
  );
  return options.map((option) => {
    let votes = 0;
    for (const { trueAnswer, vote } of past) if (isSame(trueAnswer, option.answer)) votes += vote;
    for (const line of request.summary) votes += voteOfLine(line, option, subject);
    for (const line of request.preferences)
      votes += preferenceWeight * voteOfLine(line, option, subject);
    return votes;
  });
}

/** A line speaks for the answer it names first: `"4", not "5"` is a line about 4. */
export function voteOfLine(
  line: string,
  { answer }: Pick<AnswerOption, "answer">,
  subject: string,
): number {
  const quoted = /"([^"]+)"/.exec(line)?.[1];
  const isNumber = /^\d+$/.test(answer);
  const isNamed =
    quoted === undefined ? !isNumber && containsPhrase(line, answer) : isSame(quoted, answer);
  if (!isNamed || /^(rarely|never|not|do not|avoid)\b/i.test(line)) return 0;
  const [, count, all] = /\((\d+) of (\d+)\)/.exec(line) ?? [];
  const usual = count === undefined ? 0 : usualVote * (Number(count) / Math.max(1, Number(all)));
  const rest = gistOf(line).replace(quoted ?? answer, " ");
  return usual + sharedWordVote * Math.min(mostSharedWords, sharedWords(rest, subject));
}

/** For options that stand for texts: how near each is to what the user dealt with before. */
function votesByText(request: ReadRequest, options: readonly AnswerOption[]): number[] {
  const past = request.interactions.map(({ question, trueAnswer }) =>
    embedOffline(`${question} ${trueAnswer ?? ""}`),
  );
  const lines = [
    ...request.summary.map((line) => ({ gist: line, weight: 1 })),
    ...request.preferences.map((line) => ({ gist: gistOf(line), weight: preferenceWeight })),
  ];
  return options.map(({ text }) => {
    const option = embedOffline(text);
    // The nearest count most: one paper of the same field says more than many of others.
    const near = past
      .map((vector) => Math.max(0, similarity(option, vector)))
      .toSorted((a, b) => b - a)
      .reduce((sum, one, rank) => sum + one / (rank + 1), 0);
    const shared = lines.map(
      ({ gist, weight }) => weight * Math.min(mostSharedWords, sharedWords(gist, text)),
    );
    return near + sharedWordVote * shared.reduce((sum, count) => sum + count, 0);
  });
}

function middle(votes: readonly number[], total: number): number {
  let seen = 0;
  return votes.findIndex((vote) => (seen += vote) >= total / 2);
}

/** Nothing speaks for any: the one whose words the question uses most, else the middle of a scale or the first. */
function withoutVotes({ subject, options }: ClosedQuestion): string {
  const shared = options.map((option) => sharedWords(option.text, subject));
  const most = Math.max(...shared);
  const isScale = options.every((option) => /^-?\d+(\.\d+)?$/.test(option.answer));
  if (isScale) return options[Math.floor((options.length - 1) / 2)]?.answer ?? "";
  return options[most > 0 ? shared.indexOf(most) : 0]?.answer ?? "";
}

export function isSame(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

function containsPhrase(text: string, phrase: string): boolean {
  const escaped = phrase.replaceAll(/[\\^$.*+?()[\]{}|/]/g, (sign) => `\\${sign}`);
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, "iu").test(text);
}
