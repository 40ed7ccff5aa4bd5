import { parseQuestion } from "./lamp-question.js";
import { isSameAnswer } from "./scoring/choice-score.js";
import { optionsInWords } from "./scoring/options-in-words.js";
import { scalesInWords } from "./scoring/scale-in-words.js";
import { ownWords } from "./text/own-words.js";
import { type StatedQuestion, withStatedAnswers } from "./stated-answers.js";

/**
 * The question as a model is asked it and as its answer is scored: what its source states of the answers that it allows
 * stands in it, in words, unless its own wording says the same.
 */
export function askedQuestion(question: StatedQuestion): string {
  return saysAnswers(question) ? question.query : withStatedAnswers(question);
}

function saysAnswers({ query, options = null, scale = null }: StatedQuestion): boolean {
  const known = parseQuestion(query);
  if (known.options !== null || known.scale !== null) return true;
  if (options !== null)
    return options.every((option) => {
      const said = optionsInWords(query, option) ?? [];
      return (
        said.length === options.length &&
        options.every((each) => said.some((one) => isSameAnswer(one, each)))
      );
    });
  if (scale === null) return true;
  const [said] = scalesInWords(query);
  return said?.least === scale.least && said.greatest === scale.greatest;
}

/** What the user wrote of a question: without what it quotes of others; whole where it is a benchmark's or lists its answers. */
export function usersPart({
  query,
  task,
}: {
  readonly query: string;
  readonly task: string | null;
}): string {
  const known = parseQuestion(query);
  const isAsked = (task ?? known.task) !== null || (known.options ?? known.scale) !== null;
  return isAsked ? query : ownWords(query);
}
