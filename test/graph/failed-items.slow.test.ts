import { describe, expect, it } from "vitest";
import {
  alignmentUnderTest,
  criticisedOccasion,
  drink,
  goodLine,
  occasionOf,
} from "../support/agents/alignment-under-test.js";
import type { AlignmentReplies, AskedOfModel } from "../support/models/alignment-model.js";

const small = { batch: 4, holdout: 12, toolRounds: 0, iterations: 1 };
const said = "This prompt is 9000 tokens too long";
const tooLong = () => Object.assign(new Error(said), { status: 400 });

type Fails = (occasion: number, isCandidate: boolean) => boolean;

/** Ada, on whose items the model fails as long as `isAt` says so. */
async function ada(isAt: Fails, replies: AlignmentReplies = {}, items = 16) {
  const fault = { isAt };
  const user = await alignmentUnderTest({
    settings: small,
    items,
    replies: {
      simulation: (asked) => {
        const isCandidate = asked.system.includes(goodLine);
        if (fault.isAt(occasionOf(asked), isCandidate)) return tooLong();
        return isCandidate || occasionOf(asked) % 2 === 0 ? "tea" : "coffee";
      },
      ...replies,
    },
  });
  return { ...user, fault };
}

const never: Fails = () => false;
const simulated = ({ system, question }: AskedOfModel) =>
  `${occasionOf({ question })} ${system.includes(goodLine)}`;
const sentence = `The model's server refused the request (400): ${said}. Check that the model can do what was asked, and the prompt's length.`;

describe("an item whose model call fails for good", () => {
  it("is missing, and the run goes on and names it", async () => {
    const user = await ada(
      (occasion, isCandidate) => occasion === 13 || (occasion === 2 && isCandidate),
    );
    // The strict rule asks all items.
    const { iterations, degraded, usage } = await user.run({ acceptance: "strict" });
    expect(iterations).toMatchObject([{ accepted: true, version: 1, candidateScore: 1 }]);
    expect(degraded).toEqual([`items-failed: 2 items, ${sentence}`]);
    const [taken] = await user.checkpoints();
    const { batch, holdout } = taken?.alignment?.decision ?? {};
    expect((batch?.items ?? 0) + (holdout?.items ?? 0)).toBe(14);
    expect(taken?.alignment?.critiques).toHaveLength(4);
    // Once each, and the item that the parent did not answer is not put to the candidate.
    const failed = user.model
      .of("simulation")
      .filter((asked) => [13, 2].includes(occasionOf(asked)));
    expect(failed.map(simulated).toSorted()).toEqual(["13 false", "2 false", "2 true"]);
    expect(usage.calls).toBe(user.model.asked.length - 2);
  });

  it("is asked again in each later iteration, and then is there", async () => {
    const tried: number[] = [];
    const user = await ada(never, {
      simulation: (asked) => {
        const occasion = occasionOf(asked);
        if (occasion === 13) tried.push(occasion);
        return occasion === 13 && tried.length === 1 ? tooLong() : "coffee";
      },
      update: ({ before }) => ({ lines: [`Prefers cup ${before}.`] }),
    });
    const { degraded } = await user.run({ iterations: 3 });
    // Of the parent, which answered it in the second iteration, and then of the later candidates.
    expect(tried).toHaveLength(4);
    expect(degraded).toEqual([]);
  });

  it("has its critique asked for again in the next iteration, and then it is there", async () => {
    const tried: number[] = [];
    const rounds = { updates: 0 };
    const user = await ada(never, {
      critique: (asked) => {
        tried.push(criticisedOccasion(asked));
        return rounds.updates === 0 && tried.at(-1) === tried[0] ? tooLong() : {};
      },
      simulation: () => "coffee",
      update: () => ({ lines: [`Prefers cup ${(rounds.updates += 1)}.`] }),
    });
    const { degraded } = await user.run({ iterations: 3 });
    expect(new Set(tried).size).toBe(4);
    expect(tried.at(-1)).toBe(tried[0]);
    expect(degraded).toEqual([]);
    const written = await user.checkpoints();
    expect(written.map(({ alignment }) => alignment?.critiques.length)).toEqual([3, 4, 4]);
  });

  it("leaves the other samples of the item to count", async () => {
    const asked: number[] = [];
    const user = await ada(never, {
      simulation: (request) => {
        const occasion = occasionOf(request);
        if (request.system.includes(goodLine)) return "tea";
        asked.push(occasion);
        const isFirst = asked.filter((each) => each === occasion).length === 1;
        return isFirst && occasion === 14 ? tooLong() : "coffee";
      },
    });
    const { iterations, degraded } = await user.run({ samplesPerItem: 2, concurrency: 1 });
    expect(iterations).toMatchObject([{ accepted: true }]);
    expect(degraded).toHaveLength(1);
    const [taken] = await user.checkpoints();
    const { batch = [], holdout = [] } = taken?.alignment?.scores ?? {};
    expect([batch.length, holdout.length]).toEqual([4, 12]);
    expect([...batch, ...holdout]).toContainEqual(
      expect.objectContaining({ episodeId: user.episodes[14]?.id, parent: 0, candidate: 1 }),
    );
    expect(asked.filter((occasion) => occasion === 14)).toHaveLength(2);
  });

  it.each(["default", "paper"] as const)("costs only its critique in %s mode", async (mode) => {
    const user = await ada(never, {
      critique: (asked) => {
        if (criticisedOccasion(asked) === 13) return tooLong();
        return mode === "paper" ? "<feedback>Tea.</feedback>" : {};
      },
      ...(mode === "paper" && { update: () => goodLine }),
    });
    const { iterations, degraded } = await user.run({ mode, batch: 4 });
    expect(iterations).toMatchObject([{ accepted: true }]);
    expect(degraded).toEqual([`items-failed: 1 item, ${sentence}`]);
    const [taken] = await user.checkpoints();
    expect(taken?.alignment?.critiques).toHaveLength(3);
  });

  it("does not count where the judge fails on it, by no other measure either", async () => {
    const groundTruth = "A pot of tea, and something to read.";
    const user = await alignmentUnderTest({
      settings: small,
      episodes: Array.from({ length: 16 }, (_, n) => drink(n, { groundTruth })),
      replies: {
        simulation: ({ system }) => (system.includes(goodLine) ? "Some tea." : "Coffee."),
        verdict: ({ thread }) =>
          thread.includes("occasion 3?") ? tooLong() : /<reply_a>[^<]*tea/.test(thread) ? "a" : "b",
      },
    });
    // The strict rule asks all items.
    const { iterations, degraded } = await user.run({ acceptance: "strict" });
    expect(iterations).toMatchObject([{ accepted: true, judgeAgreement: 1 }]);
    expect(degraded).toEqual([`items-failed: 1 item, ${sentence}`]);
    const [taken] = await user.checkpoints();
    const { decision, scores } = taken?.alignment ?? {};
    const { batch, holdout } = decision ?? {};
    expect((batch?.items ?? 0) + (holdout?.items ?? 0)).toBe(15);
    expect((batch?.wins ?? 0) + (holdout?.wins ?? 0)).toBe(15);
    const all = [...(scores?.batch ?? []), ...(scores?.holdout ?? [])];
    const unscored = all.filter(({ candidate }) => candidate === null);
    expect(unscored).toMatchObject([{ episodeId: user.episodes[3]?.id }]);
  });
});

describe("a run with too few answers", () => {
  it.each<[string, (batch: ReadonlySet<number>) => Fails, string]>([
    ["to its items", () => (n) => n >= 10, "Only 10 of 16 items were answered"],
    [
      "of the candidate to the batch",
      (batch) => (n, isCandidate) => isCandidate && n !== [...batch][0],
      "Only 1 of 4 items were compared",
    ],
    [
      "of the candidate to the held-out items",
      (batch) => {
        const spared = new Set<number>();
        return (n, isCandidate) => {
          if (!isCandidate || batch.has(n)) return false;
          if (spared.size < 3) spared.add(n);
          return !spared.has(n);
        };
      },
      "Only 3 of 8 held-out items were compared",
    ],
  ])(
    "%s says so in a line, writes nothing, and the next call asks for the missing ones alone",
    async (_which, failing, line) => {
      const batch = new Set<number>();
      const isAt = failing(batch);
      const user = await ada(isAt, {
        critique: (asked) => {
          batch.add(criticisedOccasion(asked));
          return {};
        },
      });
      await expect(user.run()).rejects.toMatchObject({
        code: "model-unavailable",
        message: `${line}: ${sentence} The next call asks for the others only.`,
      });
      expect(await user.checkpoints()).toHaveLength(0);
      expect(await user.memory.alignments.get("ada")).toMatchObject({ status: "failed" });

      const first = user.model.asked.splice(0);
      const failed = first.filter(
        (asked) =>
          asked.kind === "simulation" && isAt(occasionOf(asked), asked.system.includes(goodLine)),
      );
      // Asked again in the next call, and not endlessly.
      await expect(user.run()).rejects.toMatchObject({ code: "model-unavailable" });
      const again = user.model.asked.splice(0);
      expect(again.map(simulated).toSorted()).toEqual(failed.map(simulated).toSorted());

      user.fault.isAt = never;
      const { iterations, degraded, usage } = await user.run();
      expect(iterations).toMatchObject([{ accepted: true, version: 1 }]);
      expect(degraded).toEqual([]);
      const key = (asked: AskedOfModel) =>
        asked.kind === "critique"
          ? `c ${criticisedOccasion(asked)}`
          : `${asked.kind} ${simulated(asked)}`;
      const before = new Set(first.filter((asked) => !failed.includes(asked)).map(key));
      expect(user.model.asked.filter((asked) => before.has(key(asked)))).toEqual([]);
      expect(usage.calls).toBe(first.length - failed.length + user.model.asked.length);
    },
  );

  it("of the judge compares the missing ones in the next call", async () => {
    const groundTruth = "A pot of tea, and something to read.";
    const fault = { isOn: true };
    const judged: string[] = [];
    const user = await alignmentUnderTest({
      settings: small,
      episodes: Array.from({ length: 16 }, (_, n) => drink(n, { groundTruth })),
      replies: {
        simulation: ({ system }) => (system.includes(goodLine) ? "Some tea." : "Coffee."),
        verdict: ({ thread }) => {
          judged.push(questionIn(thread));
          if (fault.isOn && judged.at(-1) !== judged[0]) return tooLong();
          return /<reply_a>[^<]*tea/.test(thread) ? "a" : "b";
        },
      },
    });
    await expect(user.run()).rejects.toThrow(/^Only 1 of 4 items were compared: /);
    fault.isOn = false;
    expect(new Set(judged).size).toBe(4);
    const { iterations } = await user.run();
    expect(iterations).toMatchObject([{ accepted: true }]);
    expect(judged.filter((question) => question === judged[0])).toHaveLength(2);
  });
});

describe("a failure that concerns every call", () => {
  it.each([
    [401, "model-key-refused"],
    [403, "model-key-refused"],
    [404, "model-unavailable"],
    [402, "model-unavailable"],
  ])("ends the run at its first item: %d", async (status, code) => {
    const user = await ada(never, {
      simulation: () => Object.assign(new Error("No."), { status }),
    });
    await expect(user.run({ concurrency: 1 })).rejects.toMatchObject({ code, details: { status } });
    expect(user.model.of("simulation")).toHaveLength(1);
  });
});

/** The question that a verdict is about. */
function questionIn(thread: string): string {
  return /occasion \d+/.exec(thread)?.[0] ?? "";
}
