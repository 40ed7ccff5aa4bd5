import { afterEach, describe, expect, it } from "vitest";
import { benefitRule } from "../../bench/simulated-users.js";
import { drawProposal } from "../../bench/simulated-proposals.js";
import { compareScores } from "../../src/domain/alignment/paired-comparison.js";
import { createRandom } from "../../src/system/seeded-random.js";
import { loadChatModel } from "../../src/model/load-chat-model.js";
import { type Control, predictControl, runControl, type Trial } from "../support/users/controls.js";
import type { OpenAiServer } from "../../src/fake-model/openai-server.js";
import { startPlantedModel } from "../support/models/planted-model.js";

/**
 * A few trials of each control are run over HTTP, and held to be exactly what was worked out without a graph; the shares
 * are those worked out for many. `bench/controls.ts` runs many over HTTP.
 */
const standard = {
  seed: 4,
  mode: "default",
  acceptance: "expected",
  batch: 8,
  holdout: 32,
} as const;
const positive = { ...standard, noise: "none", updates: "drawn" } as const;
const noise = { ...standard, noise: "latest", updates: "by-heart" } as const;
const paper = { ...positive, mode: "paper", batch: 3, holdout: 0 } as const;
const many = 500;
/** What the right rule is worth; the harmful one costs 10 points. */
const atMost = (right: number) => ({ right, useless: 0, harmful: -10 });
/** A trial through the graph is up to a hundred model calls; on a busy machine it takes minutes. */
const patience = { timeout: 600_000 };

let server: OpenAiServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe("the alignment graph over HTTP, with a planted preference", patience, () => {
  it("accepts a right proposal, and rejects a useless one, a harmful one and a right one with bad luck", async () => {
    const control = { ...positive, users: 4 };
    const trials = await runControl(control);
    expect(trials.map(({ kind, accepted }) => `${kind}: ${accepted}`)).toEqual([
      "useless: false",
      "harmful: false",
      "right: false",
      "right: true",
    ]);
    expect(trials).toEqual(predictControl(control));
  });

  it.each<readonly [string, Control]>([
    ["three proposals raced", { ...positive, updates: "raced", effects: atMost(10), users: 1 }],
    ["twice the default batch", { ...positive, batch: 16, users: 1 }],
    ["the strict rule", { ...positive, acceptance: "strict", users: 1 }],
    ["random answers among the latest", { ...noise, users: 1 }],
    ["nothing but random answers", { ...noise, noise: "all", users: 1 }],
    ["paper mode", { ...paper, users: 4 }],
    ["paper mode on random answers", { ...paper, noise: "latest", updates: "by-heart", users: 2 }],
  ])("decides as the rule does, for as many calls and as much gain: %s", async (_name, control) => {
    expect(await runControl(control)).toEqual(predictControl(control));
  });

  it("takes a rule worth -10 points back once later true answers speak against it", async () => {
    // Of a thousand such rules about three are taken; this user has one of them.
    const [user, further] = [3_638, 20];
    const effects = atMost(20);
    const control = { ...positive, seed: 20_261_125, effects, users: 1, only: [user], further };
    expect(await runControl(control)).toMatchObject([
      { user, kind: "harmful", accepted: true, isInUse: false },
    ]);
  });
});

it("fails a control whose model is asked what it does not know", async () => {
  server = await startPlantedModel({ users: [], seed: 3, updates: "drawn" });
  const model = loadChatModel("openai:planted", { openaiBaseUrl: server.url });
  await expect(model.invoke("What shall I watch?")).rejects.toThrow("the prompt is not known");
  expect(() => server?.assertUsedUp()).toThrow("the prompt is not known");
});

describe("acceptance by expected benefit on the planted user", patience, () => {
  it.each([16, 8])(
    "takes at least 8 in 10 of the proposals worth 20 points, at most 1 in 20 of the harmful and 1 in 10 of the useless: batch %i",
    (batch) => {
      const trials = predictControl({ ...positive, batch, users: many });
      expect(accepted(trials, "right")).toBeGreaterThanOrEqual(0.8);
      expect(accepted(trials, "right")).toBeLessThan(0.9);
      expect(accepted(trials, "harmful")).toBeLessThanOrEqual(0.05);
      expect(accepted(trials, "useless")).toBeLessThanOrEqual(0.1);
    },
  );

  it.each([5, 10, 20])(
    "takes as many proposals worth +%i, 0 and -10 points as the simulation of the rule",
    (right) => {
      const trials = predictControl({ ...positive, effects: atMost(right), users: many });
      const simulated = (effect: number) => {
        const rule = benefitRule();
        const random = createRandom(right);
        const situation = {
          kind: "choice",
          base: 0.6,
          churn: 0.03,
          batch: 8,
          holdout: 32,
        } as const;
        const taken = Array.from({ length: many }, () => {
          const { batch, holdout } = drawProposal({ ...situation, effect, fit: 0 }, random);
          if ((compareScores(batch).difference ?? 0) < 0) return false;
          for (let items = 8; ; items += 8) {
            const { wins, losses } = compareScores(holdout.slice(0, items));
            const counts = { gained: wins, lost: losses, items };
            const said = rule.decide({ counts, remaining: 32 - items, callsPerItem: 1 });
            if (said !== "ask on") return said === "taken";
          }
        });
        return taken.filter(Boolean).length / many;
      };
      // Two standard errors of a difference of such shares are at most .09.
      expect(Math.abs(accepted(trials, "right") - simulated(right / 100))).toBeLessThan(0.09);
      expect(Math.abs(accepted(trials, "useless") - simulated(0))).toBeLessThan(0.09);
      expect(accepted(trials, "harmful")).toBeLessThanOrEqual(0.05);
      expect(simulated(-0.1)).toBeLessThanOrEqual(0.05);
    },
  );

  it("takes the better one of three that are raced, as often as alone", () => {
    const effects = atMost(20);
    const raced = predictControl({ ...positive, updates: "raced", effects, users: many / 2 });
    const taken = raced.filter((trial) => trial.accepted);
    expect(taken.length / raced.length).toBeGreaterThan(0.75);
    expect(taken.filter(({ kind }) => kind === "right").length / taken.length).toBeGreaterThan(
      0.95,
    );
    expect(taken.filter(({ kind }) => kind === "harmful")).toEqual([]);
  });

  it("accepts at most 1 in 20 proposals learned from random answers, 1 in 8 where only the latest are random, and loses nothing by it", () => {
    const all = predictControl({ ...noise, noise: "all", users: many });
    expect(accepted(all)).toBeLessThanOrEqual(0.05);
    const latest = predictControl({ ...noise, users: many });
    expect(accepted(latest)).toBeLessThanOrEqual(0.125);
    expect(meanGain(latest, "useless")).toBeCloseTo(0, 2);
  });

  it("gets proposals with the stated effect", () => {
    // Paper mode takes them all.
    const trials = predictControl({ ...paper, users: many });
    expect(meanGain(trials, "right")).toBeCloseTo(0.2, 1.5);
    expect(meanGain(trials, "useless")).toBeCloseTo(0, 1.5);
    expect(meanGain(trials, "harmful")).toBeCloseTo(-0.2, 1.5);
  });
});

describe("the strict rule on the planted user", patience, () => {
  it.each([16, 8])(
    "takes at least 7 in 10 of the proposals worth 20 points, and at most 1 in 20 of the harmful and of the useless: batch %i",
    (batch) => {
      const trials = predictControl({ ...positive, acceptance: "strict", batch, users: many });
      expect(accepted(trials, "right")).toBeGreaterThanOrEqual(0.7);
      expect(accepted(trials, "right")).toBeLessThan(0.9);
      expect(accepted(trials, "harmful")).toBeLessThanOrEqual(0.05);
      expect(accepted(trials, "useless")).toBeLessThanOrEqual(0.05);
    },
  );

  it("accepts at most 1 in 20 proposals learned from random answers", () => {
    const trials = predictControl({ ...noise, acceptance: "strict", users: many });
    expect(accepted(trials)).toBeLessThanOrEqual(0.05);
  });
});

function accepted(trials: readonly Trial[], kind?: Trial["kind"]): number {
  const own = trials.filter((trial) => kind === undefined || trial.kind === kind);
  expect(own.length).toBeGreaterThan(many / 8);
  return own.filter((trial) => trial.accepted).length / own.length;
}

function meanGain(trials: readonly Trial[], kind: Trial["kind"]): number {
  const own = trials.filter((trial) => trial.kind === kind);
  return own.reduce((sum, { gain }) => sum + gain, 0) / own.length;
}
