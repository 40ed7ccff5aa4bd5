import { describe, expect, it } from "vitest";
import { mapConcurrently } from "../../src/system/map-concurrently.js";

describe("mapConcurrently", () => {
  it("runs every item, never more at once than the limit", async () => {
    const done: number[] = [];
    let running = 0;
    let most = 0;
    await mapConcurrently([1, 2, 3, 4, 5], 2, async (item) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      done.push(item);
    });
    expect(new Set(done)).toEqual(new Set([1, 2, 3, 4, 5]));
    expect(most).toBe(2);
  });

  it("starts nothing after a failure, awaits what runs, and throws the failure", async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const run = mapConcurrently([1, 2, 3, 4, 5], 2, async (item) => {
      begun.push(item);
      if (item === 1) throw new Error("the first");
      await new Promise(setImmediate);
      ended.push(item);
    });
    await expect(run).rejects.toThrow("the first");
    expect(begun).toEqual([1, 2]);
    expect(ended).toEqual([2]);
  });
});
