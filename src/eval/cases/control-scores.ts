import { scorerFor } from "../../domain/scoring/scorer.js";
import { wordsIn } from "../../domain/text/text-similarity.js";
import type { EvalCase } from "../eval-case.js";

/** What a predictor without hindsight scores, 0 to 1, an item and a question each. */
export interface ControlScores {
  readonly simulated: readonly number[];
  readonly later: readonly number[];
}

/** How many earlier interactions vote. */
const neighbours = 8;

interface Given {
  readonly words: ReadonlySet<string>;
  readonly answer: string;
}

/**
 * What is scored by giving the usual answer to the eight earlier interactions that share most words with the question,
 * rare ones above all: the most frequent one, or the one in the middle where answers are numbers. It knows no persona, no profile and nothing
 * later, so what it scores on past items and on later questions differs only because these differ: answers have changed,
 * there is more to look back on, or the history was picked for the question.
 *
 * @param items - Ids of the items that were simulated.
 */
export function controlScores(
  { history, questions }: Pick<EvalCase, "history" | "questions">,
  items: readonly string[],
): ControlScores {
  const wanted = new Set(items);
  const given: Given[] = [];
  const scoreOf = (question: string, truth: string) => {
    const scorer = scorerFor(question, truth);
    return scorer.score(usualOf(alike(question, given), scorer.kind === "number"));
  };
  const simulated: number[] = [];
  for (const { id, query, groundTruth: answer } of history) {
    if (answer === null) continue;
    if (wanted.has(id)) simulated.push(scoreOf(query, answer));
    given.push({ words: new Set(wordsIn(query)), answer });
  }
  return { simulated, later: questions.map(({ input, gold }) => scoreOf(input, gold)) };
}

/** Most alike first; of equals the latest. */
function alike(question: string, given: readonly Given[]): string[] {
  const weights = [...new Set(wordsIn(question))].map((word) => {
    const count = given.filter(({ words }) => words.has(word)).length;
    return { word, weight: Math.log(1 + given.length / Math.max(count, 1)) };
  });
  const shared = (words: ReadonlySet<string>) =>
    weights.reduce((sum, { word, weight }) => sum + (words.has(word) ? weight : 0), 0);
  return given
    .toReversed()
    .map(({ words, answer }) => ({ answer, shared: shared(words) }))
    .toSorted((a, b) => b.shared - a.shared)
    .slice(0, neighbours)
    .map(({ answer }) => answer);
}

function usualOf(answers: readonly string[], isNumber: boolean): string {
  if (isNumber) {
    const sorted = answers
      .map(Number)
      .filter(Number.isFinite)
      .toSorted((a, b) => a - b);
    return String(sorted[Math.floor(sorted.length / 2)] ?? "");
  }
  const times = (wanted: string) => answers.filter((answer) => answer === wanted).length;
  const most = Math.max(0, ...answers.map(times));
  return answers.find((answer) => times(answer) === most) ?? "";
}
