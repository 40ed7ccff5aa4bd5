import { AsyncLocalStorage } from "node:async_hooks";
import { expect, it } from "vitest";
import { keepPromise } from "../../src/system/keep-promise.js";
import { collectGarbage } from "../support/setup/collect-garbage.js";

it("keeps a result, and nothing of what fails", async () => {
  const cache = new Map<string, Promise<number>>();
  const kept = keepPromise(cache, "a", Promise.resolve(1));
  expect(cache.get("a")).toBe(kept);
  expect(await cache.get("a")).toBe(1);
  await expect(keepPromise(cache, "b", Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(cache.has("b")).toBe(false);
});

it("does not take away what was kept in its place meanwhile", async () => {
  const cache = new Map<string, Promise<number>>();
  const first = keepPromise(cache, "a", Promise.reject(new Error("no")));
  const second = keepPromise(cache, "a", Promise.resolve(2));
  await expect(first).rejects.toThrow("no");
  expect(cache.get("a")).toBe(second);
});

// Node 24 keeps nothing anyway.
it("does not keep what the promise was made in", async () => {
  const cache = new Map<string, Promise<number>>();
  const run = new AsyncLocalStorage<object>();
  const runs = Array.from({ length: 10 }, (_, n) => {
    const state = { n };
    void run.run(state, () => keepPromise(cache, `${n}`, Promise.resolve(n)));
    return new WeakRef(state);
  });
  await Promise.all(cache.values());
  await expect
    .poll(
      () => {
        collectGarbage();
        return runs.filter((each) => each.deref() !== undefined).length;
      },
      { timeout: 5_000 },
    )
    .toBe(0);
  expect(await cache.get("7")).toBe(7);
});
