import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { numberedOptions } from "../../src/domain/numbered-question.js";
import { parseQuestion } from "../../src/domain/lamp-question.js";
import { readCases } from "../../src/eval/cases/open-cases.js";
import { expectDistances } from "../../src/eval/cases/prefeval-cases.js";
import { openPrefEval } from "../../src/eval/sets/prefeval.js";
import { openEvalSet } from "../../src/eval/sets/open-eval-set.js";
import { metricsFor } from "../../src/eval/metrics/metrics.js";
import { describeSharedData } from "../support/evaluation/shared-data.js";

/** Users, questions, labels, and the task. */
const sets = [
  ["lamp1-real", 121, 122, 2, "LaMP_1"],
  ["lamp2n-real", 50, 117, 15, "LaMP_2N"],
  ["citation-aan", 50, 393, 2, "LaMP_1"],
  ["movies-ml20m", 21, 93, 15, "LaMP_2M"],
  ["news-huffpost15", 33, 256, 15, "LaMP_2N"],
  ["news-huffpost-own", 37, 291, 20, "LaMP_2N"],
  ["rating-critics", 50, 400, 5, "LaMP_3"],
  ["rating-amazon", 47, 178, 5, "LaMP_3"],
] as const;

describeSharedData((pathOf) => {
  it.each(sets)(
    "%s is read whole, and its most common answer scores what was measured elsewhere",
    async (name, users, questions, labels, task) => {
      const set = await openEvalSet(pathOf(name));
      expect(set).toMatchObject({ name, task });
      expect(set.users).toHaveLength(users);
      expect(set.labels).toHaveLength(labels);

      const golds: string[] = [];
      for await (const { question } of set.read()) golds.push(question.gold);
      expect(golds).toHaveLength(questions);

      const baselines = JSON.parse(await readFile(pathOf("baselines.json"), "utf8"));
      const measured = baselines[name]["majority, all users"];
      if (measured === undefined) return;
      const counts = set.labels.map((label) => golds.filter((gold) => gold === label).length);
      const prediction = set.labels[counts.indexOf(Math.max(...counts))] ?? "";
      const answers = golds.map((gold) => ({ gold, prediction }));
      const [first, second] = metricsFor(task, set.labels).map((metric) =>
        metric.ofSums(metric.sums(answers)),
      );
      expect(first).toBeCloseTo(task === "LaMP_3" ? measured.MAE : measured.acc, 9);
      expect(second).toBeCloseTo(task === "LaMP_3" ? measured.RMSE : measured.F1, 9);
    },
  );

  it("PrefEval is read whole, its true answers are at every place, and the distance can be studied", async () => {
    const set = await openPrefEval(pathOf("other/prefeval.jsonl.gz"), 1);
    expect(set).toMatchObject({ name: "prefeval", task: "PrefEval" });
    expect(set.users).toHaveLength(517);
    expect(new Set(set.people.map(({ topic }) => topic)).size).toBe(20);
    for (const { question } of set.people)
      expect(numberedOptions(parseQuestion(question.input).subject)).toHaveLength(4);
    // At a quarter each, a count has a standard deviation of 9.8.
    for (const label of set.labels) {
      const count = set.people.filter(({ question }) => question.gold === label).length;
      expect(Math.abs(count - 517 / 4)).toBeLessThan(30);
    }
    expect(expectDistances(set)).toBeUndefined();
    let turns = 0;
    for await (const { history } of readCases(set, set.users)) turns += history.length;
    expect(turns).toBe(2_744);
  });
});
