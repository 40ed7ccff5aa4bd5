import { parseQuestion } from "../../domain/lamp-question.js";
import { readCases } from "../cases/open-cases.js";
import type { EvalCase, EvalQuestion } from "../eval-case.js";
import { taskTitles } from "../report/rendering/format.js";
import type { LampEvalSet } from "../sets/eval-set.js";
import type { RecallSet } from "./recall-case.js";

/**
 * A set in LaMP's form, measured by whether what is recalled has the label of the true answer. Questions are left out
 * where no item of the history has it: there is nothing to find.
 */
export function lampRecallSet(set: LampEvalSet): RecallSet {
  return {
    name: set.name,
    measure: "label",
    async *read() {
      for await (const { history, questions } of readCases(set, set.users))
        yield {
          history,
          questions: questions.flatMap((question) => {
            const relevant = carriersOf(labelOf(question), history);
            return relevant.size === 0
              ? []
              : [{ text: question.input, kind: taskTitles[set.task], relevant }];
          }),
        };
    },
  };
}

function carriersOf(label: string, history: EvalCase["history"]): Set<string> {
  const wanted = comparable(label);
  const carriers = history.filter(
    ({ groundTruth }) => groundTruth !== null && comparable(groundTruth) === wanted,
  );
  return new Set(carriers.map(({ id }) => id));
}

/** Of citations the label is the cited title, which the question lists as `[1]: "..."`. */
function labelOf({ input, gold }: EvalQuestion): string {
  const { task, subject } = parseQuestion(input);
  if (task !== "LaMP_1") return gold;
  const [, title] = subject.split(`${gold}: "`);
  return title?.split(/"(?:\s+and\s+\[2\]|\s*$)/)[0] ?? gold;
}

function comparable(text: string): string {
  return text.trim().toLowerCase();
}
