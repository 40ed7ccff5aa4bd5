import { describe, expect, it } from "vitest";
import type { LampTask } from "../../../src/domain/lamp-question.js";
import { lampLabels } from "../../../src/eval/sets/labels.js";
import { parsePrediction } from "../../../src/eval/metrics/parse-prediction.js";

const read: readonly (readonly [LampTask, readonly (readonly [string, string])[]])[] = [
  [
    "LaMP_2M",
    [
      ["comedy", "comedy"],
      ["  Comedy.\n", "comedy"],
      ['"dark comedy"', "dark comedy"],
      ["**Sci-Fi**", "sci-fi"],
      ["The tag is dark comedy.", "dark comedy"],
      ["thought‑provoking", "thought-provoking"],
      // Two labels, one that is none, and nothing: as they are.
      ["comedy or action", "comedy or action"],
      [" Horror. ", "Horror."],
      ["", ""],
    ],
  ],
  [
    "LaMP_1",
    [
      ["[2]", "[2]"],
      ["2", "[2]"],
      ["Reference [1] is related.", "[1]"],
      ["[1] or [2]", "[1] or [2]"],
    ],
  ],
  [
    "LaMP_3",
    [
      ["4", "4"],
      ["4.5", "4.5"],
      ["4 stars.", "4"],
      ["4 out of 5", "4"],
      ["**3**", "3"],
      // LaMP's evaluator takes any number.
      ["7", "7"],
      ["4 or 5", "4 or 5"],
      [" four ", "four"],
    ],
  ],
];

describe.each(read)("an answer to %s", (task, cases) => {
  it.each(cases)("%j is read as %j", (output, prediction) => {
    expect(parsePrediction(output, { task, labels: lampLabels(task) })).toBe(prediction);
  });
});

it("takes a set's own labels, spelled as the set has them", () => {
  const labels = ["ENTERTAINMENT", "U.S. NEWS"];
  expect(parsePrediction("u.s. news", { task: "LaMP_2N", labels })).toBe("U.S. NEWS");
});
