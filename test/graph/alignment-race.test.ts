import { describe, expect, it } from "vitest";
import {
  alignmentUnderTest,
  badLine,
  criticisedOccasion,
  drink,
  goodLine,
  occasionOf,
} from "../support/agents/alignment-under-test.js";
import { proposalOf } from "../support/models/added-lines.js";

const fairLine = "Takes leaves on mornings when it rains.";
const uselessLine = "Comes here for the view of the harbour.";

/** An update of several proposals, each of which adds these lines. */
const proposing = (...proposals: readonly (readonly string[])[]) => ({
  decision: "change" as const,
  proposals: proposals.flatMap((lines) =>
    proposalOf(lines.map((text) => ({ text, items: [1, 2] }))),
  ),
});

/** A user with 40 true answers, half of them given without a line; the fair line makes it three in four. */
function raceUnderTest(proposals: readonly (readonly string[])[]) {
  return alignmentUnderTest({
    episodes: Array.from({ length: 40 }, (_, n) => drink(n)),
    replies: {
      simulation: (asked) => {
        if (asked.system.includes(goodLine)) return "tea";
        if (asked.system.includes(badLine)) return "coffee";
        const isFair = asked.system.includes(fairLine);
        return occasionOf(asked) % 4 < (isFair ? 3 : 2) ? "tea" : "coffee";
      },
      update: () => proposing(...proposals),
    },
    settings: { iterations: 1, toolRounds: 0 },
  });
}

describe("an update with several proposals", () => {
  it("takes the best of them, and keeps the others with their scores and their cost", async () => {
    const user = await raceUnderTest([[uselessLine], [fairLine], [goodLine]]);
    const { head, iterations, usage } = await user.run();
    expect(head.lines.map(({ text }) => text)).toEqual([goodLine]);
    expect(iterations).toMatchObject([{ accepted: true, holdoutCandidate: 1 }]);
    const written = await user.checkpoints();
    expect(written).toHaveLength(3);
    const byLine = new Map(written.map((each) => [each.lines[0]?.text, each]));
    expect(byLine.get(goodLine)).toMatchObject({ status: "active", alignment: { candidate: 3 } });
    const others = [byLine.get(uselessLine), byLine.get(fairLine)];
    for (const other of others) {
      expect(other).toMatchObject({ status: "rejected", parentId: "0000000000" });
      expect(other?.alignment?.decision?.holdout.items).toBeGreaterThan(0);
      expect(other?.alignment?.usage.calls).toBeGreaterThanOrEqual(8);
    }
    const cost = written.reduce((sum, { alignment }) => sum + (alignment?.usage.calls ?? 0), 0);
    expect(cost).toBe(usage.calls);
    expect(usage.calls).toBe(user.model.asked.length);
  });

  it("asks all the batch, and fewer of them with each group of held-out items", async () => {
    const user = await raceUnderTest([[uselessLine], [fairLine], [goodLine]]);
    await user.run();
    const asked = (line: string) =>
      user.model.of("simulation").filter(({ system }) => system.includes(line)).length;
    // Nothing is gained by the useless one: the batch, and one group at most.
    expect(asked(uselessLine)).toBeLessThanOrEqual(16);
    expect(asked(goodLine)).toBeGreaterThan(8);
    expect(asked(goodLine)).toBeLessThan(40);
  });

  it("compares two that say nearly the same once", async () => {
    const again = goodLine.replace("Prefers", "He prefers");
    const user = await raceUnderTest([[goodLine], [again]]);
    await user.run();
    expect(user.events.find(({ kind }) => kind === "update-proposed")).toMatchObject({
      candidates: 1,
    });
    expect(await user.checkpoints()).toHaveLength(1);
  });

  it("compares no more of them than are wanted", async () => {
    const user = await raceUnderTest([[uselessLine], [goodLine]]);
    const { head } = await user.run({ candidates: 1 });
    expect(head.version).toBe(0);
    expect(user.model.of("update")[0]?.system).toContain("Make one proposal");
  });

  it("within a budget that pays for one, compares one", async () => {
    const user = await raceUnderTest([[goodLine], [uselessLine]]);
    // The profile, 40 answers, 8 critiques, the update; then 8 answers to the batch, and a group of the holdout.
    const { head, usage } = await user.run({ maxCalls: 50 + 8 + 7, judge: false });
    expect(usage.calls).toBeLessThanOrEqual(65);
    expect(await user.checkpoints()).toHaveLength(1);
    expect(head.version).toBe(1);
  });

  it("writes each candidate once, also when the commit runs again", async () => {
    const user = await raceUnderTest([[uselessLine], [goodLine]]);
    const append = user.memory.personas.append.bind(user.memory.personas);
    let appended = 0;
    user.memory.personas.append = async (...asked) => {
      const written = await append(...asked);
      if ((appended += 1) === 1) throw new Error("the store is away");
      return written;
    };
    await expect(user.run()).rejects.toThrow(/the store is away/);
    await user.run();
    expect(appended).toBe(2);
    expect(await user.checkpoints()).toHaveLength(2);
    expect((await user.head()).version).toBe(1);
  });
});

describe("a candidate of which one line misled", () => {
  it("is also tried without that line", async () => {
    const user = await alignmentUnderTest({
      episodes: Array.from({ length: 40 }, (_, n) => drink(n)),
      replies: {
        simulation: ({ system }) => {
          if (system.includes(badLine)) return "coffee";
          return system.includes(goodLine) ? "tea" : "water";
        },
        critique: (asked) => ({
          wrong: `Item ${criticisedOccasion(asked)}.`,
          linesThatMisled: asked.thread.includes(badLine) ? [2] : [],
        }),
        update: ({ before }) =>
          before === 0 ? proposing([goodLine, badLine]) : { reason: "Nothing else." },
      },
      settings: { toolRounds: 0, iterations: 2, judge: false },
    });
    // Without a right answer nothing can get worse, so the first candidate is at least not lost on its batch.
    const { iterations } = await user.run();
    expect(iterations[0]).toMatchObject({ accepted: false });
    expect(user.model.of("critique").length).toBeGreaterThan(0);
  });
});
