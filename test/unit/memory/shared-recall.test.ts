import { expect, it } from "vitest";
import type { Recall } from "../../../src/memory/episodic-memory.js";
import { createSharedRecall } from "../../../src/memory/shared-recall.js";

const whole: Recall = { recalled: [], degraded: [] };

function searching(results: readonly (Recall | Error)[]) {
  const left = [...results];
  let searches = 0;
  const recall = createSharedRecall({
    latest: async () => [],
    similar: async () => {
      searches += 1;
      const result = left.shift() ?? whole;
      if (result instanceof Error) throw result;
      return result;
    },
  });
  return { recall, searches: () => searches };
}

it("searches once for the same question of one run, also when asked twice at the same time", async () => {
  const { recall, searches } = searching([]);
  const ask = () => recall("one").similar("ada", "soup", 3, { beforeId: "x" });
  await Promise.all([ask(), ask()]);
  await ask();
  expect(searches()).toBe(1);
});

it("searches again for another run, another user and other bounds", async () => {
  const { recall, searches } = searching([]);
  await recall("one").similar("ada", "soup", 3);
  await recall("two").similar("ada", "soup", 3);
  await recall("one").similar("bo", "soup", 3);
  await recall("one").similar("ada", "soup", 3, { excludeIds: ["x"] });
  expect(searches()).toBe(4);
});

it("remembers neither a failure nor what was found while something was away", async () => {
  const { recall, searches } = searching([
    new Error("away"),
    { recalled: [], degraded: ["index-unavailable"] },
  ]);
  const ask = () => recall("one").similar("ada", "soup", 3);
  await expect(ask()).rejects.toThrow("away");
  expect(await ask()).toMatchObject({ degraded: ["index-unavailable"] });
  expect(await ask()).toEqual(whole);
  await ask();
  expect(searches()).toBe(3);
});
