import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ArmSettings, MethodDeps, OpenCase } from "../../../src/eval/method.js";
import type { Preparation } from "../../../src/eval/prediction.js";
import type { EvalCase } from "../../../src/eval/eval-case.js";
import { allMethods } from "../../../src/eval/methods/all-methods.js";
import { ArrayIndex } from "../../support/agents/array-index.js";
import { callsTools } from "../../support/models/scripted-model.js";
import {
  caseOf,
  casesOf,
  evalDeps,
  learnedLine,
  paperSystemPrompt,
  profileText,
  ratingRecord,
  review,
  reviews,
  setOf,
  summaryText,
} from "../../support/evaluation/eval-case.js";
import {
  preferenceLines,
  prefEvalCasesOf,
  writePrefEval,
} from "../../support/evaluation/prefeval.js";

function methodOf(name: string) {
  const method = allMethods.find((each) => each.name === name);
  if (method === undefined) throw new Error(`There is no method ${name}.`);
  return method;
}

/** Prepares in one step and opens in another, with nothing between the two but JSON. */
async function opened(
  name: string,
  given: EvalCase,
  deps: MethodDeps = evalDeps(),
  settings: ArmSettings = {},
) {
  const method = methodOf(name);
  const preparation = await method.prepare(given, settings, deps);
  const state: unknown = JSON.parse(JSON.stringify(preparation.state));
  return { preparation, open: await method.open(given, settings, deps, state) };
}

async function answersOf(name: string, given: EvalCase, deps?: MethodDeps, settings?: ArmSettings) {
  const { open } = await opened(name, given, deps, settings);
  return Promise.all(given.questions.map((question) => open.answer(question)));
}

async function promptsOf(...asked: Parameters<typeof answersOf>) {
  return (await answersOf(...asked)).map(({ prompt }) => prompt);
}

const past = "<past_interactions>\n";
const parts = {
  past,
  profile: profileText,
  line: learnedLine,
  paper: paperSystemPrompt,
  bank: summaryText,
};
type Part = keyof typeof parts;
const both = ["recall_memory", "search_wikipedia"];

/** What a prompt of the method holds of the user, and the tools that the model is offered. */
const table: readonly (readonly [string, readonly Part[], readonly string[]])[] = [
  ["prompt", [], []],
  ["icl", ["past"], []],
  ["rag", ["past"], []],
  ["pag", ["past", "profile"], []],
  ["react", [], both],
  ["membank", ["past", "bank"], []],
  ["persona-agent", ["past", "profile", "line"], both],
  ["persona-agent-paper", ["paper"], both],
  ["without-alignment", ["past", "profile"], both],
  ["without-persona", ["past"], both],
  ["without-memory", ["line"], ["search_wikipedia"]],
  ["without-action", ["profile", "line"], []],
  ["without-validation", ["past", "profile", "line"], both],
  ["without-leave-one-out", ["past", "profile", "line"], both],
  ["without-wikipedia", ["past", "profile", "line"], ["recall_memory"]],
];

it("the evaluation has every method of the paper and our switches, each under its own name", () => {
  expect(allMethods.map(({ name }) => name)).toEqual(table.map(([name]) => name));
});

describe.each(table)("%s", (name, held, tools) => {
  const deps = evalDeps();
  let given: EvalCase;
  let open: OpenCase;
  let preparation: Preparation;
  beforeAll(async () => {
    given = await caseOf({ questions: 3 });
    ({ open, preparation } = await opened(name, given, deps));
  });

  it(`shows the model ${[...held, ...tools].join(", ") || "the question alone"}`, async () => {
    const before = deps.model.asked.length;
    for (const question of given.questions) {
      const { prompt } = await open.answer(question);
      const shown = Object.entries(parts).flatMap(([part, text]) =>
        prompt.includes(text) ? [part] : [],
      );
      expect(shown.toSorted()).toEqual(held.toSorted());
      expect(prompt).toContain(question.input);
      if (!held.includes("past")) expect(prompt).not.toMatch(/Film \d/);
      for (const other of given.questions)
        if (other !== question) expect(prompt).not.toContain(`Unseen ${other.id}`);
    }
    for (const asked of deps.model.asked.slice(before)) expect(asked.tools).toEqual(tools);
  });

  it("sends the same prompts for any true answers, in any order and concurrently", async () => {
    const prompts: string[] = [];
    for (const question of given.questions.toReversed())
      prompts.unshift((await open.answer(question)).prompt);
    expect(await promptsOf(name, await caseOf({ questions: 3, gold: "1" }))).toEqual(prompts);
  });

  it("makes as many calls as it estimates", async () => {
    const method = methodOf(name);
    const expected = method.preparationCalls(given, {});
    expect(preparation.usage.calls).toBeGreaterThanOrEqual(expected.least);
    expect(preparation.usage.calls).toBeLessThanOrEqual(expected.most);
    for (const question of given.questions) {
      const { usage } = await open.answer(question);
      expect(usage.calls).toBe(method.callsPerQuestion.least);
      expect(usage.tokens).toEqual({ in: 7 * usage.calls, out: 3 * usage.calls });
    }
  });

  it("answers for a user without a history", async () => {
    const [answer] = await answersOf(name, await caseOf({ history: 0, questions: 1 }));
    expect(answer?.output).toMatch(/^[15]$/);
  });
});

const interactions = (prompt: string) => prompt.match(/<interaction /g)?.length ?? 0;

it.each(["icl", "rag", "pag", "membank", "persona-agent", "without-persona"])(
  "the prompt of %s holds 8 interactions, or as many as a study sets",
  async (name) => {
    const given = await caseOf({ questions: 1 });
    const countOf = async (settings: ArmSettings) =>
      interactions((await promptsOf(name, given, evalDeps(), settings))[0] ?? "");
    const counts = await Promise.all([
      countOf({}),
      countOf({ recalled: 2 }),
      countOf({ recalled: 0 }),
    ]);
    expect(counts).toEqual([8, 2, 0]);
  },
);

it.each(table.map(([name]) => name))(
  "%s knows only the latest interactions in a cold start",
  async (name) => {
    const given = await caseOf({ questions: 1 });
    const deps = evalDeps();
    await answersOf(name, given, deps, { historyLimit: 5 });
    const texts = deps.model.asked.map(({ system, thread }) => `${system}\n${thread}`).join("\n");
    const films = [...texts.matchAll(/Film (\d+)/g)].map(([, n]) => Number(n));
    expect(films.filter((n) => n <= 11)).toEqual([]);
  },
);

it.each(["icl", "membank"])(
  "%s draws the same for the same seed, and differently for another",
  async (name) => {
    const given = await caseOf({ history: 120, questions: 1 });
    const first = await promptsOf(name, given);
    expect(await promptsOf(name, given)).toEqual(first);
    expect(await promptsOf(name, given, evalDeps({}, { seed: 2 }))).not.toEqual(first);
  },
);

it("a question of a user with several profiles sees only its own profile", async () => {
  const cases = await casesOf(
    setOf([
      ratingRecord("ada", "q1", { profile: reviews(20) }),
      ratingRecord("ada", "q2", {
        profile: [...reviews(20), review(21, { text: "Film 21 of Bo." })],
      }),
    ]),
  );
  expect(cases.map(({ id, questions }) => [id, questions.length])).toEqual([
    ["ada/q1", 1],
    ["ada/q2", 1],
  ]);
  const settings = { recalled: 50 };
  const prompts = await Promise.all(
    cases.map(async (given) => (await promptsOf("rag", given, evalDeps(), settings)).join()),
  );
  expect(prompts.map((prompt) => prompt.includes("Film 21 of Bo."))).toEqual([false, true]);
});

it.each([
  ["without-memory", []],
  ["without-action", []],
  ["persona-agent", ["past"]],
] as const)("aligns %s in simulations that see no more than its questions", async (name, seen) => {
  const deps = evalDeps();
  await methodOf(name).prepare(await caseOf(), {}, deps);
  const simulations = deps.model.of("simulation");
  expect(simulations.length).toBeGreaterThan(0);
  const withPast = simulations.filter(({ system }) => system.includes(past));
  expect(withPast.length > 0).toBe(seen.length > 0);
});

it("a preparation records the persona before and after its alignment", async () => {
  const { preparation } = await opened("persona-agent", await caseOf());
  expect(preparation.persona).toEqual({
    before: [`- ${profileText} [counted: 5 ×1]`],
    after: [`- ${profileText} [counted: 5 ×1]`, `- ${learnedLine}`],
    // Every item of the history, answered under the persona before.
    simulated: expect.arrayContaining([expect.any(Number)]),
    control: {
      simulated: expect.arrayContaining([expect.any(Number)]),
      later: expect.arrayContaining([expect.any(Number)]),
    },
  });
});

it("an answer's prompt records the tool calls and their results, every message once", async () => {
  const deps = evalDeps({
    simulation: ({ messages }) =>
      messages.at(-1)?.type === "human"
        ? callsTools({ name: "recall_memory", args: { query: "locomotive", limit: 2 } })
        : "5",
  });
  const [answer] = await answersOf("react", await caseOf({ questions: 1 }), deps);
  expect(answer).toMatchObject({ output: "5", tools: ["recall_memory"], usage: { calls: 2 } });
  expect(answer?.prompt).toContain('recall_memory({"query":"locomotive","limit":2})');
  expect(interactions(answer?.prompt ?? "")).toBe(2);
  expect(answer?.prompt.split("[human]")).toHaveLength(2);
});

it("a method answers without Wikipedia when it cannot be reached, and lacks the tool when it is off", async () => {
  const search = evalDeps({
    simulation: ({ messages }) =>
      messages.at(-1)?.type === "human"
        ? callsTools({ name: "search_wikipedia", args: { query: "locomotive" } })
        : "5",
  });
  const given = await caseOf({ questions: 1 });
  const [answer] = await answersOf("react", given, search);
  expect(answer).toMatchObject({ output: "5", tools: ["search_wikipedia"] });

  const without = evalDeps({}, { wikipedia: null });
  await answersOf("react", given, without);
  expect(without.model.of("simulation").at(-1)?.tools).toEqual(["recall_memory"]);
});

it("a case's history is embedded once for all methods", async () => {
  const given = await caseOf({ questions: 1 });
  const deps = evalDeps();
  await answersOf("rag", given, deps);
  const { requests } = deps.embeddings;
  for (const name of ["pag", "without-persona", "without-alignment"])
    await answersOf(name, given, deps);
  expect(deps.embeddings.requests).toBe(requests);
});

it("a question fails while nothing can be embedded, instead of an answer without memory", async () => {
  const given = await caseOf({ questions: 1 });
  const down = evalDeps();
  down.embeddings.isDown = true;
  await expect(answersOf("rag", given, down)).rejects.toMatchObject({ code: "model-unavailable" });

  const deps = evalDeps();
  const { open } = await opened("rag", given, deps);
  deps.embeddings.isDown = true;
  const [question] = given.questions;
  if (question === undefined) throw new Error("There is no question.");
  await expect(open.answer(question)).rejects.toMatchObject({ code: "model-unavailable" });
});

it("cases stay separate in an index that they share, also in a cold start", async () => {
  const cases = await casesOf(
    setOf([
      ratingRecord("ada", "q1", { profile: reviews(12) }),
      ratingRecord("bo", "q2", { profile: reviews(8).map((item) => ({ ...item, label: "2" })) }),
    ]),
  );
  const index = new ArrayIndex();
  const deps = evalDeps({}, { index });
  const settings = { recalled: 50 };
  const count = async (given: EvalCase, more: ArmSettings = {}) =>
    interactions((await promptsOf("rag", given, deps, { ...settings, ...more }))[0] ?? "");
  const [ada, bo] = cases;
  if (ada === undefined || bo === undefined) throw new Error("A case is missing.");
  expect([await count(ada), await count(bo)]).toEqual([12, 8]);
  expect(await count(ada, { historyLimit: 3 })).toBe(3);
  expect(await count(ada)).toBe(12);
  expect(index.calls["nearest"]).toBeGreaterThan(0);
});

describe("a history of conversations, without true answers", () => {
  const shown = "never eat anything with fins";
  const answersTwo = () => evalDeps({ simulation: () => "[2]" });
  let folder: string;
  let given: EvalCase;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "methods-"));
    const cases = await prefEvalCasesOf(await writePrefEval(folder, preferenceLines(84, 5)));
    given = cases.get("food-2") ?? (await caseOf());
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(table)(
    "%s answers, and sees the conversation where it has past interactions",
    async (name, held) => {
      const deps = answersTwo();
      const { preparation, open } = await opened(name, given, deps);
      const [question] = given.questions;
      if (question === undefined) throw new Error("There is no question.");
      const { output, prompt } = await open.answer(question);
      expect(output).toBe("[2]");
      expect(prompt.includes(shown)).toBe(held.includes("past"));
      // The paper's first persona has the profile, as long as nothing rewrites it.
      const isTold = held.some((part) => part === "profile" || part === "paper");
      expect(prompt.includes(profileText)).toBe(isTold);
      expect(prompt).toContain(question.input);
      const calls = methodOf(name).preparationCalls(given, {});
      expect(calls).toEqual({ least: preparation.usage.calls, most: preparation.usage.calls });
    },
  );

  it("cannot be aligned on, and a preparation says so", async () => {
    for (const [name, reason] of [
      ["persona-agent", /^Not started: .* and the user has none\./],
      ["persona-agent-paper", /^Not started: the user has no true answer yet\./],
    ] as const) {
      const { preparation } = await opened(name, given, answersTwo());
      expect(preparation.persona?.notAligned).toMatch(reason);
      expect(preparation.persona?.after).toEqual(preparation.persona?.before);
    }
    for (const name of ["without-alignment", "without-persona"])
      expect((await opened(name, given, answersTwo())).preparation.persona).not.toHaveProperty(
        "notAligned",
      );
  });

  it("is what a profile is drawn from: what the user said, never a reply", async () => {
    const deps = answersTwo();
    await opened("pag", given, deps);
    const [drawn] = deps.model.of("profile");
    expect(drawn?.thread).toContain(shown);
    expect(drawn?.thread).not.toContain("Noted in talk 2");
  });

  it("is found past unrelated interactions, which are found too", async () => {
    const [prompt = ""] = await promptsOf("rag", given, answersTwo(), { distance: 200 });
    expect(interactions(prompt)).toBe(8);
    expect(prompt).toContain(shown);
    const [alone = ""] = await promptsOf("rag", given, answersTwo());
    expect(interactions(alone)).toBe(5);
  });
});
