import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateSet, type GeneratorOptions } from "../../src/eval/sets/generator.js";
import { allMethods } from "../../src/eval/methods/all-methods.js";
import { armsOf } from "../../src/eval/studies.js";
import { startControlModel } from "../support/models/control-model.js";
import { type ControlResult, runControl } from "../support/evaluation/eval-control.js";
import type { OpenAiServer } from "../../src/fake-model/openai-server.js";

/** Long enough for a batch of 8 and a holdout of 32; each user has five rules. */
const users: GeneratorOptions = {
  task: "LaMP_2M",
  seed: 20_261_123,
  users: 4,
  historyLength: 40,
  questions: 5,
  noise: 0,
};
const rivals = ["rag", "pag", "without-alignment"];

let server: OpenAiServer;
beforeAll(async () => {
  server = await startControlModel();
});
afterAll(() => server.close());

describe("over HTTP, on users of known preferences, with a model that follows a preference only if the prompt states it", () => {
  let result: ControlResult;
  beforeAll(async () => {
    const arms = armsOf({ methods: allMethods, names: [...rivals, "persona-agent"] });
    result = await runControl(users, arms, server.url);
    server.assertUsedUp();
  }, 60_000);

  it.each(rivals)("the persona agent is better than %s, its interval above 0", (rival) => {
    const { value, low } = result.gain("persona-agent", rival);
    expect(value).toBeGreaterThan(0.5);
    expect(low).toBeGreaterThan(0);
  });

  it("states the users' own rules and no other, where there is no noise", () => {
    const { rules } = generateSet(users);
    const own = [...rules.values()].flatMap((rule) =>
      [...rule].map(([feature, label]) => `- Texts about the ${feature} are given "${label}".`),
    );
    const learned = result.prepared.flatMap(({ arm, after }) =>
      arm === "persona-agent" ? after.filter((line) => line.includes("are given")) : [],
    );
    expect(learned.length).toBeGreaterThan(4 * users.users - 1);
    for (const line of learned) expect(own).toContain(line);
  });

  it("learns nothing about users who answer at random, and answers them as without alignment", async () => {
    const arms = armsOf({ methods: allMethods, names: ["without-alignment", "persona-agent"] });
    const random = await runControl({ ...users, users: 3, noise: 1 }, arms, server.url);
    expect(
      random.prepared.flatMap(({ after }) => after).filter((line) => line.includes("given")),
    ).toEqual([]);
    expect(random.gain("persona-agent", "without-alignment").value).toBe(0);
  }, 60_000);
});
