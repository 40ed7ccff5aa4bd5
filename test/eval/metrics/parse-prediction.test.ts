import { describe, expect, it } from "vitest";
import { numberedQuestion } from "../../../src/domain/numbered-question.js";
import type { LampTask } from "../../../src/domain/lamp-question.js";
import { taskLabels } from "../../../src/eval/sets/labels.js";
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
    expect(parsePrediction(output, { task, labels: taskLabels(task) }, "Any?")).toBe(prediction);
  });
});

it("takes a set's own labels, spelled as the set has them", () => {
  const labels = ["ENTERTAINMENT", "U.S. NEWS"];
  expect(parsePrediction("u.s. news", { task: "LaMP_2N", labels }, "Any?")).toBe("U.S. NEWS");
});

describe("an answer to a choice among texts", () => {
  const labels = taskLabels("PrefEval");
  const question = numberedQuestion("What shall I cook?", [
    "A lentil stew.",
    "Fish",
    "Fish with chips!",
    'The "chef\'s plate".',
  ]);
  it.each([
    ["[2]", "[2]"],
    [" 2. ", "[2]"],
    ["**[3]**", "[3]"],
    ["The answer is [4].", "[4]"],
    ['[1]: "A lentil stew."', "[1]"],
    ["A lentil stew.", "[1]"],
    ["a lentil stew", "[1]"],
    ["2. Fish", "[2]"],
    ["I would cook a lentil stew, because you like it.", "[1]"],
    // Of two options that overlap, the longer.
    ["Fish with chips", "[3]"],
    ["The “chef's plate”", "The “chef's plate”"],
    ['The "chef\'s plate"', "[4]"],
    // Two options, one that is none, and nothing: as they are.
    ["[1] or [2]", "[1] or [2]"],
    ["A lentil stew or fish", "A lentil stew or fish"],
    ["Fishcakes", "Fishcakes"],
    ["5", "5"],
    ["", ""],
  ])("%j is read as %j", (output, prediction) => {
    expect(parsePrediction(output, { task: "PrefEval", labels }, question)).toBe(prediction);
  });

  it("is read by the text for LaMP-1's references, too", () => {
    const asked =
      'For an author who has written the paper with the title "On Tea", which reference is related? Just answer with [1] or [2] without explanation. [1]: "Green Tea" [2]: "Black Tea"';
    const set = { task: "LaMP_1", labels: taskLabels("LaMP_1") } as const;
    expect(parsePrediction("Black Tea", set, asked)).toBe("[2]");
    expect(parsePrediction("Tea", set, asked)).toBe("Tea");
  });
});
