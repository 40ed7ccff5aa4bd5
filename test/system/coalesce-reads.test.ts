import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { coalesceReads } from "../../src/system/coalesce-reads.js";

/** Reads a value that can be written, each ended by the test. */
function heldReads() {
  const ends: (() => void)[] = [];
  let value = "old";
  const read = coalesceReads(async (key: string) => {
    const seen = `${key}: ${value}`;
    await new Promise<void>((end) => ends.push(end));
    if (value === "broken") throw new Error("unreachable");
    return seen;
  });
  return { read, ends, write: (text: string) => (value = text) };
}

describe("coalesceReads", () => {
  it("makes one read for all callers before it starts", async () => {
    const { read, ends } = heldReads();
    const asked = [read("a"), read("a"), read("a")];
    await turn();
    expect(ends).toHaveLength(1);
    ends[0]?.();
    expect(await Promise.all(asked)).toEqual(["a: old", "a: old", "a: old"]);
  });

  it("never returns a read that started before the call", async () => {
    const { read, ends, write } = heldReads();
    const first = read("a");
    await turn();
    write("new");
    const later = [read("a"), read("a")];
    await turn();
    expect(ends).toHaveLength(1);
    ends[0]?.();
    expect(await first).toBe("a: old");
    await turn();
    expect(ends).toHaveLength(2);
    ends[1]?.();
    expect(await Promise.all(later)).toEqual(["a: new", "a: new"]);
  });

  it("does not wait for reads of other keys", async () => {
    const { read, ends } = heldReads();
    const asked = [read("a"), read("b")];
    await turn();
    expect(ends).toHaveLength(2);
    for (const end of ends) end();
    expect(await Promise.all(asked)).toEqual(["a: old", "b: old"]);
  });

  it("fails all callers of a read together, and reads again for the next one", async () => {
    const { read, ends, write } = heldReads();
    const asked = Promise.allSettled([read("a"), read("a")]);
    await turn();
    write("broken");
    ends[0]?.();
    expect((await asked).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    write("mended");
    const again = read("a");
    await turn();
    ends[1]?.();
    expect(await again).toBe("a: mended");
  });
});
