import { describe, expect, it } from "vitest";
import { coalesceReads } from "../../src/system/coalesce-reads.js";
import { gatherCalls } from "../../src/system/gather-calls.js";

function gathered() {
  const batches: string[][] = [];
  const call = gatherCalls(async (asked: readonly string[]) => {
    batches.push([...asked]);
    if (asked.includes("bad")) throw new Error("refused");
    return asked.map((each) => each.toUpperCase());
  });
  return { batches, call };
}

describe("gatherCalls", () => {
  it("makes one call of those of the same time, also of some that wait for settled promises", async () => {
    const { batches, call } = gathered();
    const deep = async (name: string) => {
      await Promise.resolve();
      await Promise.resolve();
      return call(name);
    };
    expect(await Promise.all([call("a"), deep("b"), call("a")])).toEqual(["A", "B", "A"]);
    expect(await call("c")).toBe("C");
    expect(batches).toEqual([["a", "a", "b"], ["c"]]);
  });

  it("takes along what is shared before", async () => {
    const { batches, call } = gathered();
    const shared = coalesceReads(call);
    expect(await Promise.all([call("a"), shared("s"), shared("s")])).toEqual(["A", "S", "S"]);
    expect(batches).toEqual([["a", "s"]]);
  });

  it("gives all of a call its failure, and none of the next", async () => {
    const { call } = gathered();
    const results = await Promise.allSettled([call("a"), call("bad")]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await call("a")).toBe("A");
  });
});
