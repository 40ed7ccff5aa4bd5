import { describe, expect, it } from "vitest";
import { showLog } from "../../src/app/verbs/learned.js";
import type { PersonaCheckpoint } from "../../src/domain/persona/persona-checkpoint.js";
import {
  alignmentUnderTest,
  drink,
  goodLine,
  occasionOf,
} from "../support/agents/alignment-under-test.js";

const settings = { batch: 4, iterations: 1, toolRounds: 0, judge: false } as const;
const isLater = (occasion: number) => occasion >= 100;

/**
 * Ada, for whose drinks before the line gains three and loses one of each eight, which is thin, and later ones as told.
 * Her first run has rejected the line; so many answers came after it.
 */
async function adaRejected(later: "gained" | "lost", count: number) {
  const updates = { isOver: false };
  const user = await alignmentUnderTest({
    items: 26,
    replies: {
      simulation: (asked) => {
        const occasion = occasionOf(asked);
        const hasLine = asked.system.includes(goodLine);
        if (isLater(occasion)) return hasLine === (later === "gained") ? "tea" : "coffee";
        const [isGained, isLost] = [occasion % 4 === 0, occasion % 6 === 1];
        return isLost === hasLine && (isLost || isGained) ? "coffee" : "tea";
      },
      update: () => (updates.isOver ? {} : { lines: [goodLine] }),
    },
    settings,
  });
  await user.run();
  updates.isOver = true;
  const add = (some: number, from = 100) =>
    user.memory.episodes.addMany(
      "ada",
      Array.from({ length: some }, (_, n) => drink(from + n)),
    );
  await add(count);
  return { ...user, add };
}

const underLine = ({ model }: Pick<Awaited<ReturnType<typeof adaRejected>>, "model">) =>
  model.of("simulation").filter(({ system }) => system.includes(goodLine));

/** What a candidate has answered. */
const heldOutOf = (checkpoint: PersonaCheckpoint | undefined) =>
  (checkpoint?.alignment?.scores.holdout ?? []).flatMap(({ episodeId, candidate }) =>
    candidate === null ? [] : [episodeId],
  );

describe("a candidate that was rejected on thin evidence", () => {
  it("waits for new answers, and the log and the status say so", async () => {
    const user = await adaRejected("gained", 0);
    expect((await user.checkpoints())[0]?.alignment?.decision).toMatchObject({
      outcome: "harm-possible",
    });
    expect(await user.overview()).toMatchObject({ headVersion: 0, promising: true });
    const log = await showLog({ user: "ada" }, user.memory);
    expect(log.map(({ promising }) => promising)).toEqual([false, true]);
    // Without new items it is neither asked again nor proposed anew.
    const before = underLine(user).length;
    await user.run();
    expect(underLine(user)).toHaveLength(before);
  });

  it("is asked what is new to it, and taken with the evidence of both runs", async () => {
    const user = await adaRejected("gained", 8);
    const [first] = await user.checkpoints();
    const before = underLine(user).length;
    const { iterations } = await user.run();
    expect(iterations).toMatchObject([{ accepted: true, version: 1 }]);
    const taken = await user.head();
    const { earlier, decision } = taken.alignment ?? {};
    expect(earlier).toMatchObject({ id: first?.id });
    expect(decision?.reason).toContain(`${earlier?.items} of them in an earlier run`);
    // Held-out items of before are not asked again.
    const [earlierItems, newItems] = [heldOutOf(first), heldOutOf(taken)];
    expect(earlierItems).toHaveLength(earlier?.items ?? 0);
    expect(newItems.length).toBeLessThanOrEqual(8);
    expect(newItems.filter((id) => earlierItems.includes(id))).toEqual([]);
    expect(underLine(user).length - before).toBe(4 + newItems.length);
    // It is one judged candidate, with all of its items.
    const judged = await user.memory.acceptance.judged();
    expect(judged).toHaveLength(1);
    expect(judged[0]).toMatchObject({ accepted: true });
    expect(judged[0]?.items).toBeGreaterThan(earlier?.counts.items ?? Infinity);
    expect(await user.overview()).toMatchObject({ headVersion: 1, promising: false });
  });

  it("is rejected for good once new items speak against it", async () => {
    const user = await adaRejected("lost", 8);
    await user.run();
    expect(await user.overview()).toMatchObject({ headVersion: 0, promising: false });
    const before = underLine(user).length;
    await user.add(8, 200);
    await user.run();
    expect(underLine(user)).toHaveLength(before);
  });

  it("is dropped once the persona was changed", async () => {
    const user = await adaRejected("gained", 8);
    const parent = await user.head();
    await user.memory.personas.append("ada", {
      at: new Date().toISOString(),
      author: "person",
      status: "active",
      lines: [{ text: "Is in a hurry.", tool: null, evidence: [user.episodes[0]?.id ?? ""] }],
      reason: "A person wrote it.",
      parent,
    });
    expect(await user.overview()).toMatchObject({ promising: false });
    const before = underLine(user).length;
    await user.run();
    expect(underLine(user)).toHaveLength(before);
  });

  it("comes to the same where the run is stopped on the way, and asks nothing twice", async () => {
    const whole = await adaRejected("gained", 8);
    await whole.run();
    const user = await adaRejected("gained", 8);
    const before = underLine(user).length;
    const once = async (stopAfter: number) => {
      const stop = new AbortController();
      const from = user.model.of("simulation").length;
      const watch = setInterval(() => {
        if (user.model.of("simulation").length >= from + stopAfter) stop.abort();
      }, 0);
      await user.run({ concurrency: 2 }, stop.signal).catch(() => null);
      clearInterval(watch);
    };
    for (const stopAfter of [20, 18, 4]) await once(stopAfter);
    await user.run({ concurrency: 2 });
    const [a, b] = [await whole.head(), await user.head()];
    expect(b.alignment?.decision).toEqual(a.alignment?.decision);
    expect(b.alignment?.earlier?.items).toBe(a.alignment?.earlier?.items);
    const asked = underLine(user).slice(before).map(occasionOf);
    // What was under way when it was stopped is asked again: two at a time.
    expect(asked.length - new Set(asked).size).toBeLessThanOrEqual(3 * 2);
    expect(new Set(asked).size).toBe(4 + heldOutOf(b).length);
    expect(await user.memory.acceptance.judged()).toHaveLength(1);
  });
});
