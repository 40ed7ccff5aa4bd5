import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lampSubject } from "../../../src/domain/lamp-question.js";
import { openEvalSet } from "../../../src/eval/sets/open-eval-set.js";
import { generateSet, type GeneratorOptions } from "../../../src/eval/sets/generator.js";
import { taskLabels } from "../../../src/eval/sets/labels.js";
import { metricsFor } from "../../../src/eval/metrics/metrics.js";

const options: GeneratorOptions = {
  task: "LaMP_2M",
  seed: 1,
  users: 6,
  historyLength: 40,
  questions: 4,
  noise: 0,
};

/** What a text's own user says of it by the rules, found by the one feature in it. */
function planted(text: string, rules: ReadonlyMap<string, string> | undefined): string {
  const labels = [...(rules ?? [])].flatMap(([word, label]) =>
    text.includes(word) ? [label] : [],
  );
  expect(labels).toHaveLength(1);
  return labels[0] ?? "";
}

describe("generateSet", () => {
  it("gives the same set for the same seed, and another for another seed", () => {
    expect(generateSet(options)).toEqual(generateSet(options));
    expect(generateSet({ ...options, seed: 2 })).not.toEqual(generateSet(options));
  });

  it("without noise, answers by the user's rules in the history and in the golds", () => {
    const { questions, outputs, rules, best } = generateSet(options);
    expect(outputs.golds).toEqual(best);
    for (const [place, question] of questions.entries()) {
      const own = rules.get(question.user_id);
      expect(outputs.golds[place]?.output).toBe(planted(lampSubject(question.input), own));
      for (const item of question.profile)
        expect(item["tag"]).toBe(planted(item["description"] ?? "", own));
    }
  });

  it("gives each user different rules, so that no user's answers follow from another's", () => {
    const { rules } = generateSet(options);
    const texts = [...rules.values()].map((rule) => JSON.stringify([...rule]));
    expect(new Set(texts).size).toBe(6);
    for (const rule of rules.values()) expect(new Set(rule.values()).size).toBe(rule.size);
  });

  it("randomises a share of the answers, in golds and histories alike", () => {
    // 1 - 0.3 + 0.3 / 15 = 0.72 follow the rules; of 2,000 within four standard errors (0.01 each).
    const { questions, outputs, rules, best } = generateSet({
      ...options,
      users: 500,
      noise: 0.3,
    });
    const [accuracy] = metricsFor("LaMP_2M");
    expect(best.map(({ id }) => id)).toEqual(outputs.golds.map(({ id }) => id));
    const answers = outputs.golds.map(({ output: gold }, place) => ({
      gold,
      prediction: best[place]?.output ?? "",
    }));
    const share = accuracy.ofSums(accuracy.sums(answers));
    expect(Math.abs(share - 0.72)).toBeLessThan(0.04);
    const items = questions.filter((_, place) => place % 4 === 0).slice(0, 50);
    const follow = items.flatMap(({ user_id, profile }) =>
      profile.map(({ tag, description = "" }) => tag === planted(description, rules.get(user_id))),
    );
    expect(Math.abs(follow.filter(Boolean).length / follow.length - 0.72)).toBeLessThan(0.04);
  });

  it("asks nothing from the history, and dates the items in order", () => {
    for (const { input, profile } of generateSet(options).questions) {
      const texts = profile.map((item) => item["description"]);
      expect(new Set(texts).size).toBe(40);
      expect(texts).not.toContain(lampSubject(input));
      const dates = profile.map((item) => item["date"] ?? "");
      expect(dates).toEqual(dates.toSorted());
    }
  });

  it.each([
    ["LaMP_2N", undefined],
    ["LaMP_2N", ["u.s. news", "queer voices", "media"]],
    ["LaMP_2M", undefined],
    ["LaMP_3", undefined],
  ] as const)("writes a set that the evaluation reads as %s (labels %j)", async (task, labels) => {
    const set = generateSet({ ...options, task, ...(labels === undefined ? {} : { labels }) });
    const folder = await mkdtemp(join(tmpdir(), "persona-agent-generated-"));
    try {
      await writeFile(join(folder, "dev_questions.json"), JSON.stringify(set.questions));
      await writeFile(join(folder, "dev_outputs.json"), JSON.stringify(set.outputs));
      const read = await openEvalSet(folder);
      expect(read).toMatchObject({ task, labels: labels ?? taskLabels(task) });
      expect(read.users).toHaveLength(6);
      for await (const { user, question, profile } of read.read()) {
        expect(question.gold).toBe(planted(question.input, set.rules.get(user)));
        expect(profile.every((item) => item.at !== null && item.label !== null)).toBe(true);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
