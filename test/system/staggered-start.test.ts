import { setImmediate as nextRound } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createStaggeredStart, type Release } from "../../src/system/staggered-start.js";

type Staggered = ReturnType<typeof createStaggeredStart>;

/** Starts work that never ends; returns the numbers that have started, in order, with the `release` of each. */
function endless(staggered: Staggered, name: string, count: number) {
  const started = new Map<number, Release>();
  for (let number = 0; number < count; number++)
    void staggered(name, (release) => {
      started.set(number, release);
      return new Promise(() => {});
    });
  return started;
}

describe("createStaggeredStart", () => {
  it("starts the next work when one was released, never more at a time than the limit", async () => {
    const started = endless(createStaggeredStart(3), "run", 7);
    await nextRound();
    expect([...started.keys()]).toEqual([0, 1, 2]);
    started.get(2)?.();
    await nextRound();
    expect([...started.keys()]).toEqual([0, 1, 2, 3]);
    for (const number of [0, 1, 3]) started.get(number)?.();
    await nextRound();
    expect(started.size).toBe(7);
  });

  it("starts the next work only after the request of the released one could be sent", async () => {
    const started = endless(createStaggeredStart(1), "run", 2);
    await nextRound();
    started.get(0)?.();
    await Promise.resolve();
    expect(started.size).toBe(1);
    await nextRound();
    expect(started.size).toBe(2);
  });

  it("counts a second release of the same work only once", async () => {
    const started = endless(createStaggeredStart(2), "run", 4);
    await nextRound();
    started.get(0)?.();
    started.get(0)?.();
    await nextRound();
    expect(started.size).toBe(3);
  });

  it("starts later work while there is room, and waits for it too", async () => {
    const staggered = createStaggeredStart(2);
    const early = endless(staggered, "run", 1);
    await nextRound();
    const late = endless(staggered, "run", 2);
    await nextRound();
    expect([...early.keys(), ...late.keys()]).toEqual([0, 0]);
    late.get(0)?.();
    await nextRound();
    expect(late.size).toBe(2);
  });

  it("does not delay work of another name", async () => {
    const staggered = createStaggeredStart(1);
    endless(staggered, "stuck", 2);
    const other = endless(staggered, "run", 2);
    await nextRound();
    other.get(0)?.();
    await nextRound();
    expect(other.size).toBe(2);
  });

  it("counts ended work as released, and passes on its result or error", async () => {
    const staggered = createStaggeredStart(2);
    const works = [
      staggered("run", async () => "done"),
      staggered("run", async () => Promise.reject(new Error("broken"))),
    ];
    const next = endless(staggered, "run", 1);
    expect(await Promise.allSettled(works)).toMatchObject([
      { value: "done" },
      { reason: { message: "broken" } },
    ]);
    await nextRound();
    expect(next.size).toBe(1);
  });
});
