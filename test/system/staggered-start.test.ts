import { setImmediate as nextRound } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createStaggeredStart, type Release } from "../../src/system/staggered-start.js";

type Staggered = ReturnType<typeof createStaggeredStart>;

/** Begins work that never ends; gives the numbers that have begun, in that order, with what each says when it is on its way. */
function asking(staggered: Staggered, name: string, count: number) {
  const begun = new Map<number, Release>();
  for (let number = 0; number < count; number++)
    void staggered(name, (release) => {
      begun.set(number, release);
      return new Promise(() => {});
    });
  return begun;
}

describe("createStaggeredStart", () => {
  it("starts the next group when all work of the last one was released", async () => {
    const begun = asking(createStaggeredStart(3), "run", 7);
    await nextRound();
    expect([...begun.keys()]).toEqual([0, 1, 2]);
    begun.get(0)?.();
    begun.get(2)?.();
    await nextRound();
    expect(begun.size).toBe(3);
    begun.get(1)?.();
    await nextRound();
    expect([...begun.keys()]).toEqual([0, 1, 2, 3, 4, 5]);
    for (const number of [3, 4, 5]) begun.get(number)?.();
    await nextRound();
    expect(begun.size).toBe(7);
  });

  it("counts a second release of the same work only once", async () => {
    const begun = asking(createStaggeredStart(2), "run", 3);
    await nextRound();
    begun.get(0)?.();
    begun.get(0)?.();
    await nextRound();
    expect(begun.size).toBe(2);
  });

  it("adds work to a group that is not full, and waits for it too", async () => {
    const staggered = createStaggeredStart(2);
    const early = asking(staggered, "run", 1);
    await nextRound();
    early.get(0)?.();
    const late = asking(staggered, "run", 2);
    await nextRound();
    expect([...late.keys()]).toEqual([0]);
    late.get(0)?.();
    await nextRound();
    expect(late.size).toBe(2);
  });

  it("does not delay work of another name", async () => {
    const staggered = createStaggeredStart(1);
    asking(staggered, "stuck", 2);
    const other = asking(staggered, "run", 2);
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
    const next = asking(staggered, "run", 1);
    expect(await Promise.allSettled(works)).toMatchObject([
      { value: "done" },
      { reason: { message: "broken" } },
    ]);
    await nextRound();
    expect(next.size).toBe(1);
  });
});
