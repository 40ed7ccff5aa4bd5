import { describe, expect, it } from "vitest";
import { versionOnTrial } from "../../src/domain/alignment/trial.js";
import {
  alignmentUnderTest,
  drink,
  goodLine,
  occasionOf,
} from "../support/agents/alignment-under-test.js";
import type { AlignmentEvent } from "../../src/state/alignment-event.js";
import type { AskedOfModel } from "../support/models/alignment-model.js";

/** With the line, a model that gets a few answers of before right that were wrong, and later ones as told. */
function modelOf(later: { readonly before: string; readonly now: string }) {
  return ({ system, ...asked }: AskedOfModel) => {
    const occasion = occasionOf(asked);
    const hasLine = system.includes(goodLine);
    if (occasion >= 100) return hasLine ? later.now : later.before;
    return hasLine || occasion % 8 !== 0 ? "tea" : "coffee";
  };
}

/** Whose true answer came after the version was taken. */
const laterDrink = (n: number) =>
  drink(n, {
    feedback: {
      kind: "answer",
      author: "ada",
      at: new Date(Date.now() + n).toISOString(),
      reason: null,
      inferred: null,
    },
  });

const settings = { batch: 4, iterations: 1, toolRounds: 0, judge: false } as const;

const trialsOf = (events: readonly AlignmentEvent[]) =>
  events.flatMap((event) => (event.kind === "version-tried" ? event.outcome : []));

/** Ada, whose first version was accepted on thin evidence, and so many later answers. */
async function adaOnTrial(later: { readonly before: string; readonly now: string }, count: number) {
  let isOver = false;
  const user = await alignmentUnderTest({
    items: 36,
    replies: {
      simulation: modelOf(later),
      update: ({ thread }) => (isOver || thread.includes(goodLine) ? {} : { lines: [goodLine] }),
    },
    settings,
  });
  const first = await user.run();
  expect(first.iterations).toMatchObject([{ accepted: true }]);
  isOver = true;
  const [, accepted] = await user.log();
  expect(accepted?.alignment?.decision).toMatchObject({ accepted: true, outcome: "better" });
  await user.memory.episodes.addMany(
    "ada",
    Array.from({ length: count }, (_, n) => laterDrink(100 + n)),
  );
  return user;
}

describe("a version that was taken on thin evidence", () => {
  it("is on trial, which the log, the status and the next run say", async () => {
    const user = await adaOnTrial({ before: "tea", now: "tea" }, 2);
    expect(versionOnTrial(await user.log())?.head.version).toBe(1);
    expect(await user.overview()).toMatchObject({ headVersion: 1, onTrial: true });
    const before = user.model.of("simulation").length;
    await user.run();
    expect(trialsOf(user.events)).toEqual(["on-trial"]);
    const [latest] = (await user.checkpoints()).slice(-1);
    expect(latest?.alignment?.trial).toMatchObject({ of: 1, outcome: "on-trial" });
    expect(latest?.alignment?.trial?.scores).toHaveLength(2);
    // Its predecessor answers nothing but what is new.
    const asked = user.model.of("simulation").slice(before);
    const predecessors = asked.filter(({ system }) => !system.includes(goodLine));
    expect(new Set(predecessors.map(occasionOf))).toEqual(new Set([100, 101]));
  });

  it("is taken back where its parent answers later questions better, and the run ends", async () => {
    const user = await adaOnTrial({ before: "tea", now: "coffee" }, 6);
    const { iterations, head } = await user.run();
    expect(iterations).toMatchObject([
      {
        accepted: false,
        reason: expect.stringMatching(/^Back to version 0: on 6 later questions/),
      },
    ]);
    expect(head).toMatchObject({ version: 2, lines: [] });
    const [restored] = (await user.log()).slice(-1);
    expect(restored).toMatchObject({ author: "rollback", status: "active" });
    expect(restored?.alignment?.usage.calls).toBeGreaterThan(0);
    expect(await user.overview()).toMatchObject({
      headVersion: 2,
      onTrial: false,
      lastOutcome: { accepted: false },
    });
    // Nothing is tried again, and the same change is not proposed again as if nothing had been.
    await user.run();
    expect(trialsOf(user.events)).toHaveLength(1);
  });

  it("is confirmed where it answers later questions better, once", async () => {
    const user = await adaOnTrial({ before: "coffee", now: "tea" }, 8);
    await user.run();
    expect(trialsOf(user.events)).toEqual(["confirmed"]);
    expect(await user.overview()).toMatchObject({ headVersion: 1, onTrial: false });
    await user.memory.episodes.addMany("ada", [laterDrink(200)]);
    await user.run();
    expect(trialsOf(user.events)).toHaveLength(1);
  });

  it("is not tried on what was there before it was taken", async () => {
    const user = await adaOnTrial({ before: "tea", now: "coffee" }, 0);
    await user.memory.episodes.addMany(
      "ada",
      Array.from({ length: 6 }, (_, n) => drink(100 + n)),
    );
    await user.run();
    expect(trialsOf(user.events)).toEqual([]);
    expect((await user.head()).version).toBe(1);
  });

  it("is not tried where the budget has no calls to spare", async () => {
    const user = await adaOnTrial({ before: "tea", now: "coffee" }, 6);
    const before = user.model.of("simulation").length;
    await user.run({ maxCalls: 26 });
    expect(trialsOf(user.events)).toEqual([]);
    expect(user.model.of("simulation").length - before).toBeGreaterThan(0);
    expect((await user.head()).version).toBe(1);
  });
});
