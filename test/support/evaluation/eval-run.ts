import { noUsage } from "../../../src/domain/usage.js";
import type { Prediction, PreparedCase } from "../../../src/eval/prediction.js";
import { taskLabels } from "../../../src/eval/sets/labels.js";
import type { RunRecord } from "../../../src/eval/run/run-record.js";

/** A record of a run with these sets and arms; an arm is a method under its defaults unless given whole. */
export function runRecord(given: {
  readonly sets: readonly (Pick<RunRecord["sets"][number], "name" | "task"> &
    Partial<RunRecord["sets"][number]>)[];
  readonly arms: readonly (string | RunRecord["arms"][number])[];
}): RunRecord {
  return {
    created: "2026-11-23T08:00:00.000Z",
    seed: 1,
    model: "offline",
    alignmentModel: "offline",
    embeddings: "offline",
    index: "in-process",
    sets: given.sets.map(({ name, task, labels = [...taskLabels(task)], ...rest }) => ({
      name,
      task,
      labels,
      users: rest.users ?? 2,
      questions: rest.questions ?? 4,
    })),
    arms: given.arms.map((arm) =>
      typeof arm === "string"
        ? { id: arm, method: arm, summary: `Answers by ${arm}.`, settings: {}, study: null }
        : arm,
    ),
    versions: { "persona-agent": "0.1.0", node: "20.20.2", langgraph: "1.7.3" },
    spent: { calls: 7, tokens: { in: 8, out: 9 } },
    timing: { startSeconds: 1, preparationSeconds: 2, questionSeconds: 3 },
  };
}

/** A line of `predictions.jsonl`: answered with one call of 100 and 10 tokens in 2 seconds unless given. */
export function prediction(
  given: Pick<Prediction, "arm" | "set" | "user" | "question" | "gold"> & Partial<Prediction>,
): Prediction {
  return {
    case: given.user,
    prediction: null,
    output: given.prediction ?? null,
    error: null,
    prompt: "the prompt",
    tools: [],
    usage: { calls: 1, tokens: { in: 100, out: 10 } },
    seconds: 2,
    ...given,
  };
}

/** A line of `preparations.jsonl`, without a persona and for nothing unless given. */
export function preparedCase({
  persona = null,
  usage = noUsage,
  ...given
}: Pick<PreparedCase, "arm" | "set" | "case"> &
  Partial<Pick<PreparedCase, "error" | "seconds">> &
  Partial<NonNullable<PreparedCase["preparation"]>>): PreparedCase {
  const { error = null, seconds = 0, state = null, ...rest } = given;
  return {
    ...rest,
    preparation: error === null ? { state, usage, persona } : null,
    error,
    seconds,
  };
}
