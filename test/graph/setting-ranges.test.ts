import { describe, expect, it } from "vitest";
import { z } from "zod";
import { alignConfigSchema } from "../../src/config/alignment-settings.js";
import { runConfigSchema } from "../../src/config/turn-settings.js";
import { agentUnderTest } from "../support/agents/agent-under-test.js";
import { alignmentUnderTest, drink, occasionOf } from "../support/agents/alignment-under-test.js";
import type { AskedOfModel } from "../support/models/alignment-model.js";
import { callsTools, ScriptedModel } from "../support/models/scripted-model.js";

/** Both ends of the range of each setting: of a number, a choice or a switch as the schema has them, else as given. */
function ends(schema: z.ZodObject, given: Readonly<Record<string, readonly unknown[]>>) {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input" });
  return Object.entries(properties).flatMap(([name, property]) => {
    if (typeof property === "boolean") throw new Error(`The setting ${name} has no schema.`);
    const { minimum, maximum, exclusiveMinimum } = property;
    const numbers = [
      minimum ?? (exclusiveMinimum === undefined ? undefined : Number(exclusiveMinimum) + 1e-9),
      maximum ?? (/number|integer/.test(String(property.type)) ? Number.MAX_VALUE : undefined),
    ].filter((end) => end !== undefined);
    const switches = property.type === "boolean" ? [false, true] : [];
    const found = [...numbers, ...switches, ...(property.enum ?? []), ...(given[name] ?? [])];
    if (found.length === 0) throw new Error(`The setting ${name} has no ends; give some.`);
    return found.map((end): [string, unknown] => [name, end]);
  });
}

/** Settings whose range no number gives. The user is tested with the ids. */
const given = {
  userId: ["ada"],
  timeZone: ["Pacific/Kiritimati", "Etc/GMT+12"],
  language: ["en", "zh-Hant-TW"],
  instructions: ["", "x".repeat(4_000)],
  allowedTools: [[], ["recall_memory"], ["recall_memory", "search_wikipedia"]],
  models: [{}],
};

const recall = () => callsTools({ name: "recall_memory", args: { query: "tea" } });

describe("each setting of a turn at both ends of its range", () => {
  it.each(ends(runConfigSchema, given))("%s: %j", async (name, value) => {
    const hasTools = JSON.stringify(value) !== "[]";
    const rounds = name === "toolRounds" ? Number(value) : hasTools ? 1 : 0;
    const answers = [...Array.from({ length: rounds }, recall), "tea"];
    const agent = agentUnderTest(answers);
    const { answer } = await agent.ask("ada", "What do I drink?", { settings: { [name]: value } });
    expect(answer).toBe("tea");
  });

  it("takes the rounds that it allows under the limit that a server sets", async () => {
    const agent = agentUnderTest(new ScriptedModel([...Array.from({ length: 20 }, recall), "tea"]));
    const state = await agent.graph.invoke(
      { messages: [{ role: "user", content: "What do I drink?" } as never] },
      {
        context: { userId: "ada", toolRounds: 20 },
        configurable: { thread_id: "t" },
        recursionLimit: 25,
      },
    );
    expect(state.messages.at(-1)?.text).toBe("tea");
    expect(state.toolRound).toBe(20);
  });
});

/** Has as many rounds as its tools are offered. */
const untilNone = ({ tools, ...asked }: AskedOfModel) =>
  tools.includes("recall_memory") ? recall() : occasionOf(asked) % 2 === 0 ? "tea" : "coffee";

const small = {
  acceptance: "strict",
  batch: 1,
  holdout: 2,
  minimumItems: 1,
  minNetWins: 1,
  iterations: 1,
} as const;

describe("each setting of an alignment at both ends of its range", () => {
  // Budgets too small for a run are in the tests of its spending.
  const ranges = ends(alignConfigSchema, given).filter(
    ([name, value]) => !(/^max[A-Z]/.test(name) && Number(value) < 1),
  );

  it.each(ranges)("%s: %j", async (name, value) => {
    const replies = name === "toolRounds" ? { simulation: untilNone } : {};
    const user = await alignmentUnderTest({ items: 4, replies, settings: small });
    const { iterations, degraded } = await user.run({ [name]: value });
    expect(iterations.length).toBeGreaterThan(0);
    expect(degraded).toEqual([]);
  });
});

it("takes all iterations of which each asks the judge about the batch and the holdout", async () => {
  // Every candidate is better than its parent, and only a judge can tell.
  const rank = (text = "") => Number(/ (\d+) sentences/.exec(text)?.[1] ?? 0);
  const user = await alignmentUnderTest({
    episodes: Array.from({ length: 7 }, (_, n) =>
      drink(n, { groundTruth: "A long walk through the old town with friends." }),
    ),
    replies: {
      simulation: ({ system }) => `Here is a reply of ${rank(system)} sentences.`,
      verdict: ({ thread }) => {
        const [a, b] = ["reply_a", "reply_b"].map((tag) =>
          rank(thread.split(`<${tag}>`)[1]?.split(`</${tag}>`)[0]),
        );
        return a === b ? "tie" : (a ?? 0) > (b ?? 0) ? "a" : "b";
      },
      critique: () => ({}),
      update: ({ before }) => ({
        decision: "change",
        changes: [
          {
            kind: before === 0 ? "add" : "change",
            line: before === 0 ? null : 1,
            text: `Wants a story of ${before + 1} sentences each time.`,
            tool: null,
            items: [1],
            keepsEvidence: false,
          },
        ],
      }),
    },
    settings: { ...small, batch: 2, holdout: 5, iterations: 20, toolRounds: 0 },
  });
  const { iterations } = await user.run();
  expect(iterations).toHaveLength(20);
  for (const each of iterations) expect(each).toMatchObject({ accepted: true });
});

it("the largest batch and holdout are compared to the end", async () => {
  const user = await alignmentUnderTest({
    episodes: Array.from({ length: 384 }, (_, n) => drink(n)),
    // As good as the parent, so that nothing is decided early.
    replies: { update: () => ({ lines: ["Comes here for the view."] }) },
    settings: { acceptance: "strict", batch: 128, holdout: 256, iterations: 1, toolRounds: 0 },
  });
  const { iterations, usage } = await user.run({ concurrency: 1_000 });
  expect(iterations[0]?.reason).toContain("of 32 held-out items");
  // The profile and one for simulations, 160 answers, 128 critiques, the update, and the candidate's.
  expect(usage.calls).toBe(2 + 160 + 128 + 1 + 160);
}, 60_000);
