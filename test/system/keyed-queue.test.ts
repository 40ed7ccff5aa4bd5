import { describe, expect, it } from "vitest";
import { createKeyedQueue } from "../../src/system/keyed-queue.js";

describe("createKeyedQueue", () => {
  it("runs one key's tasks in order, one at a time, whether they fail or not", async () => {
    const queue = createKeyedQueue();
    const events: string[] = [];
    const task = (name: string, error?: Error) => async () => {
      events.push(`${name} begins`);
      await Promise.resolve();
      events.push(`${name} ends`);
      if (error !== undefined) throw error;
      return name;
    };
    const first = queue.run("k", task("a", new Error("failed")));
    const second = queue.run("k", task("b"));
    await expect(first).rejects.toThrow("failed");
    expect(await second).toBe("b");
    expect(events).toEqual(["a begins", "a ends", "b begins", "b ends"]);
  });

  it("runs other keys concurrently, and says which keys are busy", async () => {
    const queue = createKeyedQueue();
    let release = () => {};
    const slow = queue.run("slow", () => new Promise<void>((resolve) => (release = resolve)));
    await queue.run("quick", async () => undefined);
    expect(queue.isBusy("slow")).toBe(true);
    expect(queue.isBusy("never")).toBe(false);
    release();
    await slow;
    expect(queue.isBusy("slow")).toBe(false);
  });
});
