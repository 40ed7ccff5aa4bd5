import { describe, expect, it } from "vitest";
import type { Prediction } from "../../../../src/eval/prediction.js";
import { summariseRun } from "../../../../src/eval/report/summary/summarise.js";
import { prediction, preparedCase, runRecord } from "../../../support/evaluation/eval-run.js";

const citation = { name: "papers", task: "LaMP_1" } as const;
const ratings = { name: "reviews", task: "LaMP_3" } as const;

/** Two users with two questions each: golds [1], [2], [1], [2]. */
const golds = [
  { user: "ada", question: "q1", gold: "[1]" },
  { user: "ada", question: "q2", gold: "[2]" },
  { user: "bo", question: "q3", gold: "[1]" },
  { user: "bo", question: "q4", gold: "[2]" },
];
const answersOf = (arm: string, predictions: readonly string[]): Prediction[] =>
  golds.map((line, place) =>
    prediction({ ...line, arm, set: "papers", prediction: predictions[place] ?? null }),
  );
const rated = (arm: string, predictions: readonly string[]): Prediction[] =>
  predictions.map((text, place) =>
    prediction({
      arm,
      set: "reviews",
      user: `u${place}`,
      question: `r${place}`,
      gold: ["3", "4"][place] ?? "",
      prediction: text,
    }),
  );

describe("summarise", () => {
  it("scores the answered questions, as worked out by hand", async () => {
    const run = runRecord({ sets: [citation], arms: ["rag"] });
    const report = await summariseRun(run, answersOf("rag", ["[1]", "[1]", "[1]", "[2]"]), []);
    const [result] = report.results;
    expect(result).toMatchObject({ set: "papers", task: "LaMP_1", method: "rag", n: 4, errors: 0 });
    expect(Object.keys(result ?? {}).join(" ")).toBe(
      "set task method n errors metrics seconds calls tokens",
    );
    // Three of four. F1 of [1]: 2 * 2 / (2 * 2 + 1) = 0.8, of [2]: 2 / (2 + 1) = 2/3.
    expect(result?.metrics.accuracy?.value).toBe(0.75);
    expect(result?.metrics.f1?.value).toBeCloseTo((0.8 + 2 / 3) / 2, 12);
    // Ada has one of two and Bo both: resamples are 0.5, 0.75 or 1.
    expect(result?.metrics.accuracy).toMatchObject({ low: 0.5, high: 1 });
    expect(report.complete).toBe(true);
  });

  it("gives null ends for the interval of one user", async () => {
    const run = runRecord({ sets: [{ ...citation, users: 1, questions: 2 }], arms: ["rag"] });
    const report = await summariseRun(run, answersOf("rag", ["[1]", "[2]"]).slice(0, 2), []);
    expect(report.results[0]?.metrics.accuracy).toEqual({ value: 1, low: null, high: null });
  });

  it("counts errors, and scores none of them", async () => {
    const run = runRecord({ sets: [citation], arms: ["rag"] });
    const [first, ...others] = answersOf("rag", ["[1]", "[2]", "[1]", "[2]"]);
    const failed = {
      ...others[2],
      prediction: null,
      error: 'model-unavailable: The model at "x" gave 503 3 times.',
    } as Prediction;
    const unparsed = { ...others[1], prediction: null, error: "Took 31 s of 30 s." } as Prediction;
    const report = await summariseRun(
      run,
      [first, others[0], unparsed, failed] as Prediction[],
      [],
    );
    expect(report.results[0]).toMatchObject({
      n: 2,
      errors: 2,
      metrics: { accuracy: { value: 1 } },
    });
    expect(report.errors).toMatchObject([
      { during: "question", kind: "Took … s of … s.", count: 1, example: "Took 31 s of 30 s." },
      { during: "question", kind: "model-unavailable", count: 1 },
    ]);
  });

  it("gives no metric where every question failed", async () => {
    const run = runRecord({ sets: [citation], arms: ["rag"] });
    const lines = golds.map((line) =>
      prediction({ ...line, arm: "rag", set: "papers", error: "config-invalid: no" }),
    );
    const { results, errors } = await summariseRun(run, lines, []);
    expect(results[0]).toMatchObject({ n: 0, errors: 4, metrics: {}, seconds: null, calls: null });
    expect(errors).toMatchObject([{ kind: "config-invalid", count: 4 }]);
  });

  it("says which questions were not asked", async () => {
    const run = runRecord({ sets: [citation], arms: ["rag", "pag"] });
    const report = await summariseRun(
      run,
      answersOf("rag", ["[1]", "[1]", "[1]", "[1]"]).slice(1),
      [],
    );
    expect(report.complete).toBe(false);
    expect(report.missing).toEqual([
      { set: "papers", method: "rag", expected: 4, missing: 1 },
      { set: "papers", method: "pag", expected: 4, missing: 4 },
    ]);
  });

  it("compares two methods on the questions that both answered", async () => {
    const run = runRecord({ sets: [citation], arms: ["rag", "persona-agent"] });
    const ours = answersOf("persona-agent", ["[1]", "[2]", "[1]", "[1]"]);
    const theirs = answersOf("rag", ["[1]", "[1]", "[2]", "[2]"]).map((line) =>
      line.question === "q4" ? { ...line, prediction: null, error: "model-unavailable: no" } : line,
    );
    const { paired, pairedCounts } = await summariseRun(run, [...theirs, ...ours], []);
    // On q1 to q3 ours has three right and theirs one.
    expect(pairedCounts).toEqual([
      { set: "papers", a: "persona-agent", b: "rag", questions: 3, users: 2 },
    ]);
    expect(paired.map(({ metric, a, b }) => [metric, a, b])).toEqual([
      ["accuracy", "persona-agent", "rag"],
      ["f1", "persona-agent", "rag"],
    ]);
    expect(paired[0]?.delta).toBeCloseTo(2 / 3, 12);
    expect(Object.keys(paired[0] ?? {}).join(" ")).toBe("set metric a b delta low high");
  });

  it("gives a positive difference where an error is smaller", async () => {
    const run = runRecord({ sets: [{ ...ratings, questions: 2 }], arms: ["persona-agent", "rag"] });
    // Ours is off by 0 and 1, theirs by 2 and 0: MAE 0.5 against 1, RMSE sqrt(1/2) against sqrt(2).
    const lines = [...rated("persona-agent", ["3", "3"]), ...rated("rag", ["5", "4"])];
    const { paired } = await summariseRun(run, lines, []);
    expect(paired.map(({ metric }) => metric)).toEqual(["mae", "rmse"]);
    expect(paired[0]?.delta).toBe(0.5);
    expect(paired[1]?.delta).toBeCloseTo(Math.SQRT2 - Math.SQRT1_2, 12);
  });

  it("reports the cost of a question, without and with its preparation", async () => {
    const run = runRecord({ sets: [citation], arms: ["persona-agent"] });
    const failed = { seconds: 30, usage: { calls: 3, tokens: { in: 300, out: 0 } } };
    const lines = answersOf("persona-agent", ["[1]", "[2]", "[1]"]).map((line) =>
      line.prediction === null ? { ...line, ...failed, error: "model-unavailable: no" } : line,
    );
    const prepared = ["ada", "bo"].map((id) =>
      preparedCase({
        arm: "persona-agent",
        set: "papers",
        case: id,
        seconds: 6,
        usage: { calls: 9, tokens: { in: 900, out: 90 } },
      }),
    );
    const { results, costs } = await summariseRun(run, lines, prepared);
    // Three answers of 2 s, one call and 100 + 10 tokens; two preparations of 6 s and 9 calls over three answers.
    const answer = { seconds: 2, calls: 1, tokens: { in: 100, out: 10 } };
    expect(results[0]).toMatchObject(answer);
    expect(costs[0]?.perQuestion).toEqual({
      answering: answer,
      preparation: { seconds: 4, calls: 6, tokens: { in: 600, out: 60 } },
      together: { seconds: 6, calls: 7, tokens: { in: 700, out: 70 } },
    });
    expect(costs[0]?.answering).toEqual({ seconds: 36, calls: 6, tokens: { in: 600, out: 30 } });
  });

  it("gives the same report in any order of lines, and uses the later of two lines for one question", async () => {
    const run = runRecord({ sets: [citation], arms: ["rag", "persona-agent"] });
    const lines = [
      ...answersOf("rag", ["[1]", "[1]", "[1]", "[2]"]),
      ...answersOf("persona-agent", ["[1]", "[2]", "[2]", "[2]"]),
    ];
    const report = JSON.stringify(await summariseRun(run, lines, []));
    expect(JSON.stringify(await summariseRun(run, lines.toReversed(), []))).toBe(report);
    const stale = lines.map((line) => ({ ...line, prediction: "[9]" }));
    expect(JSON.stringify(await summariseRun(run, [...stale, ...lines], []))).toBe(report);
  });

  it("shows a few changed personas, truncated, and counts all", async () => {
    const run = runRecord({ sets: [citation], arms: ["persona-agent"] });
    const prepared = ["e", "d", "c", "b", "a"].map((id) =>
      preparedCase({
        arm: "persona-agent",
        set: "papers",
        case: id,
        persona: { before: ["old"], after: id === "a" ? ["old"] : ["old", "n".repeat(5_000)] },
      }),
    );
    const { personas } = await summariseRun(run, [], prepared);
    expect(personas).toMatchObject([{ method: "persona-agent", cases: 5, changed: 4 }]);
    expect(personas[0]?.examples.map((example) => example.case)).toEqual(["b", "c", "d"]);
    expect(JSON.stringify(personas).length).toBeLessThan(2_000);
  });

  it("compares what the first persona scored in simulation with its later answers", async () => {
    const run = runRecord({ sets: [citation], arms: ["without-alignment", "persona-agent"] });
    const prepared = [
      ["ada", [1, 1, 0]],
      ["bo", [1]],
      // Nothing of this user was answered later.
      ["cy", [0, 0]],
    ] as const;
    const persona = { before: [], after: [] };
    const { simulations } = await summariseRun(
      run,
      [
        ...answersOf("without-alignment", ["[1]", "[1]", "[1]", "[1]"]),
        ...answersOf("persona-agent", ["[2]", "[1]", "[2]", "[1]"]),
      ],
      prepared.map(([id, simulated]) =>
        preparedCase({
          arm: "persona-agent",
          set: "papers",
          case: id,
          persona: {
            ...persona,
            simulated,
            // As hard as each other, but for Ada's items.
            control: {
              simulated: simulated.map(() => (id === "ada" ? 1 : 0.5)),
              later: [0.5, 0.5],
            },
          },
        }),
      ),
    );
    expect(simulations).toMatchObject([
      {
        set: "papers",
        method: "persona-agent",
        later: "without-alignment",
        users: 2,
        items: 4,
        questions: 4,
        simulatedMean: 0.75,
        laterMean: 0.5,
        difference: { value: 0.25 },
        control: { difference: { value: 0.375 }, beyond: { value: -0.125 } },
      },
    ]);
    const [{ difference } = { difference: null }] = simulations;
    // Drawn alone, Ada's is 1/6 and Bo's 1/2.
    expect(difference?.low).toBeCloseTo(1 / 6);
    expect(difference?.high).toBeCloseTo(1 / 2);
  });

  it("makes a series of a study, compared with its rivals", async () => {
    const at = (method: string, name: string, value: number, setting: string) => ({
      id: `${method}@${name}=${value}`,
      method,
      summary: "",
      settings: { [setting]: value },
      study: { name, value },
    });
    const arms = [
      "without-alignment",
      at("persona-agent", "batch", 8, "batch"),
      at("persona-agent", "batch", 2, "batch"),
      at("persona-agent", "cold-start", 5, "historyLimit"),
      at("rag", "cold-start", 5, "historyLimit"),
    ];
    const run = runRecord({ sets: [citation], arms });
    const { studies, paired } = await summariseRun(
      run,
      [
        ...answersOf("without-alignment", ["[1]", "[1]", "[1]", "[1]"]),
        ...answersOf("persona-agent@batch=8", ["[1]", "[2]", "[1]", "[2]"]),
        ...answersOf("persona-agent@batch=2", ["[1]", "[2]", "[1]", "[1]"]),
        ...answersOf("persona-agent@cold-start=5", ["[1]", "[1]", "[1]", "[2]"]),
        ...answersOf("rag@cold-start=5", ["[2]", "[1]", "[1]", "[2]"]),
      ],
      [],
    );
    expect(paired).toEqual([]);
    const [batch, coldStart] = studies;
    expect(batch?.points.map(({ value, metrics }) => [value, metrics.accuracy?.value])).toEqual([
      [2, 0.75],
      [8, 1],
    ]);
    const gainsOf = (study: typeof batch) =>
      study?.gains
        .filter(({ metric }) => metric === "accuracy")
        .map(({ value, b, delta }) => [value, b, delta]);
    expect(gainsOf(batch)).toEqual([
      [2, "without-alignment", 0.25],
      [8, "without-alignment", 0.5],
    ]);
    // Of a history that was cut for both: a method that had all of it is no fair one to be held against.
    expect(gainsOf(coldStart)).toEqual([[5, "rag@cold-start=5", 0.25]]);
  });
});
