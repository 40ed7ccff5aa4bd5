import { describe, expect, it } from "vitest";
import { taskLabels } from "../../../src/eval/sets/labels.js";
import { metricsFor } from "../../../src/eval/metrics/metrics.js";
import { parseRating } from "../../../src/eval/metrics/rating.js";

/** Rows of gold and prediction. */
type Rows = readonly (readonly [gold: string, prediction: string])[];

function measured(task: Parameters<typeof metricsFor>[0], rows: Rows, labels?: readonly string[]) {
  const answers = rows.map(([gold, prediction]) => ({ gold, prediction }));
  const metrics = labels === undefined ? metricsFor(task) : metricsFor(task, labels);
  return Object.fromEntries(
    metrics.map((metric) => [metric.name, metric.ofSums(metric.sums(answers))]),
  );
}

describe("accuracy and macro-F1", () => {
  it("are 1 when every label is there and every answer is right", () => {
    const rows: Rows = [
      ["[1]", "[1]"],
      ["[2]", "[2]"],
    ];
    expect(measured("LaMP_1", rows)).toEqual({ accuracy: 1, f1: 1 });
  });

  it("match a confusion table worked out by hand", () => {
    // a: 2 hits, 1 miss (to b), 1 false alarm (from c)  F1 = 4 / (4 + 1 + 1) = 2/3
    // b: 1 hit, 0 misses, 1 false alarm (from a)        F1 = 2 / (2 + 0 + 1) = 2/3
    // c: 1 hit, 1 miss (to a), 0 false alarms           F1 = 2 / (2 + 1 + 0) = 2/3
    // d: 1 hit                                          F1 = 1
    // accuracy 5 of 7, macro-F1 (2/3 + 2/3 + 2/3 + 1) / 4 = 3/4
    const rows: Rows = [
      ["a", "a"],
      ["a", "a"],
      ["a", "b"],
      ["b", "b"],
      ["c", "c"],
      ["c", "a"],
      ["d", "d"],
    ];
    const { accuracy, f1 } = measured("LaMP_2N", rows, ["a", "b", "c", "d"]);
    expect(accuracy).toBeCloseTo(5 / 7, 12);
    expect(f1).toBeCloseTo(3 / 4, 12);
  });

  it("are 0 when all answers are wrong", () => {
    const rows: Rows = [
      ["[1]", "[2]"],
      ["[2]", "[1]"],
    ];
    expect(measured("LaMP_1", rows)).toEqual({ accuracy: 0, f1: 0 });
  });

  it("count a label that is in neither golds nor predictions as 0, so that a right answer alone is not 1", () => {
    // One label of fifteen has F1 = 1, fourteen have 0: 1/15.
    const { accuracy, f1 } = measured("LaMP_2M", [["comedy", "comedy"]]);
    expect(accuracy).toBe(1);
    expect(f1).toBeCloseTo(1 / 15, 12);
  });

  it("count a string outside the list as a miss of its gold's label, and as no label's false alarm", () => {
    // [1]: 1 hit, 1 miss, no false alarm: 2 / 3. [2]: 1 hit: 1. Mean 5/6; 2 of 3 right.
    const rows: Rows = [
      ["[1]", "[1]"],
      ["[1]", "reference [1]"],
      ["[2]", "[2]"],
    ];
    const { accuracy, f1 } = measured("LaMP_1", rows);
    expect(accuracy).toBeCloseTo(2 / 3, 12);
    expect(f1).toBeCloseTo(5 / 6, 12);
  });

  it("strip space around an answer and tolerate nothing else", () => {
    const right = (prediction: string) => measured("LaMP_2M", [["comedy", prediction]])["accuracy"];
    expect([" comedy\n", "Comedy", "comedy.", '"comedy"', ""].map(right)).toEqual([1, 0, 0, 0, 0]);
  });
});

describe("MAE and RMSE", () => {
  it("match four ratings worked out by hand", () => {
    // Off by 0, 1, 2 and 4: MAE 7/4, RMSE sqrt(21/4).
    const { mae, rmse } = measured("LaMP_3", [
      ["3", "3"],
      ["3", "4"],
      ["5", "3"],
      ["1", " 5 "],
    ]);
    expect(mae).toBe(1.75);
    expect(rmse).toBeCloseTo(Math.sqrt(21 / 4), 12);
  });

  it("replace a text that is no number by the extreme farther from the gold, and by 5 in the middle", () => {
    // 1 -> 5 (4 off), 2 -> 5 (3), 3 -> 5 (2), 4 -> 1 (3), 5 -> 1 (4).
    const off = ["1", "2", "3", "4", "5"].map(
      (gold) => measured("LaMP_3", [[gold, "I would say 4"]])["mae"],
    );
    expect(off).toEqual([4, 3, 2, 3, 4]);
    // All five together: MAE 16/5, RMSE sqrt((16 + 9 + 4 + 9 + 16) / 5) = sqrt(54/5).
    const all = measured(
      "LaMP_3",
      ["1", "2", "3", "4", "5"].map((gold) => [gold, ""] as const),
    );
    expect(all["mae"]).toBeCloseTo(16 / 5, 12);
    expect(all["rmse"]).toBeCloseTo(Math.sqrt(54 / 5), 12);
  });

  it("are 0 when every rating is right, however it is written", () => {
    const rows: Rows = [
      ["4", "4.0"],
      ["5", "05"],
    ];
    expect(measured("LaMP_3", rows)).toEqual({ mae: 0, rmse: 0 });
  });

  it("use a number outside the scale as it is", () => {
    expect(measured("LaMP_3", [["4", "10"]])["mae"]).toBe(6);
  });

  it("refuse a gold that is no number", () => {
    expect(() => measured("LaMP_3", [["good", "4"]])).toThrow(
      expect.objectContaining({
        code: "config-invalid",
        message: expect.stringContaining('"good"'),
      }),
    );
  });
});

describe("parseRating", () => {
  it.each([
    ["4", 4],
    [" 3.5\n", 3.5],
    [".5", 0.5],
    ["5.", 5],
    ["-1", -1],
    ["+2", 2],
    ["1e0", 1],
    ["1_0", 10],
  ])("reads %j as Python's float does", (text, value) => {
    expect(parseRating(text)).toBe(value);
  });

  it.each(["", ".", "4/5", "4 stars", "0x5", "nan", "inf", "Infinity", "1e999", "4,5", "1__0"])(
    "reads no rating in %j",
    (text) => {
      expect(parseRating(text)).toBeNull();
    },
  );
});

describe("taskLabels", () => {
  it.each([
    ["LaMP_1", 2, "[2]"],
    ["LaMP_2N", 15, "food & drink"],
    ["LaMP_2M", 15, "based on a book"],
    ["LaMP_3", 5, "5"],
  ] as const)("of %s are %i, among them %s", (task, count, label) => {
    expect(new Set(taskLabels(task)).size).toBe(count);
    expect(taskLabels(task)).toContain(label);
  });
});

it("PrefEval has accuracy alone: its labels are places, and no classes", () => {
  const rows: Rows = [
    ["[1]", "[1]"],
    ["[4]", "[4]"],
    ["[2]", "[3]"],
    ["[3]", "the train"],
  ];
  expect(measured("PrefEval", rows)).toEqual({ accuracy: 0.5 });
});
