import { describe, expect, it } from "vitest";
import { TimeLimitError, withTimeLimit } from "../../src/system/time-limit.js";

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    // Fails after the limit was reported: nobody may be left with an unhandled rejection.
    signal.addEventListener("abort", () => queueMicrotask(() => reject(new Error("late"))));
  });

describe("withTimeLimit", () => {
  it("returns a result in time, and leaves no listener on the signal", async () => {
    const { signal } = new AbortController();
    const removed: string[] = [];
    signal.removeEventListener = (type: string) => void removed.push(type);
    expect(await withTimeLimit(async () => "done", { timeoutMs: 1_000, signal })).toBe("done");
    expect(removed).toEqual(["abort"]);
  });

  it("throws when the time is up, and drops a later error", async () => {
    const outcome = withTimeLimit(untilAborted, { timeoutMs: 5 });
    await expect(outcome).rejects.toEqual(new TimeLimitError(5));
  });

  it("accepts a limit longer than Node's timers do", async () => {
    const later = () => new Promise((resolve) => setImmediate(() => resolve("done")));
    expect(await withTimeLimit(later, { timeoutMs: Number.MAX_SAFE_INTEGER })).toBe("done");
  });

  it("throws the reason of an aborted signal", async () => {
    const controller = new AbortController();
    const outcome = withTimeLimit(untilAborted, { timeoutMs: 10_000, signal: controller.signal });
    controller.abort(new Error("The user left."));
    await expect(outcome).rejects.toThrow("The user left.");
  });
});
