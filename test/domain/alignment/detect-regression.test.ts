import { describe, expect, it } from "vitest";
import type { Episode } from "../../../src/domain/episode.js";
import {
  initialPersona,
  type PersonaCheckpoint,
} from "../../../src/domain/persona/persona-checkpoint.js";
import {
  detectRegression,
  scoreResponse,
} from "../../../src/domain/alignment/detect-regression.js";
import { minuteAt, turnAt } from "../../support/users/episodes.js";
import { recordOf, taggedTurn, untaggedTurn } from "../../support/users/planted-versions.js";

const head: PersonaCheckpoint = {
  ...initialPersona,
  id: "0000000001-a",
  version: 1,
  parentId: initialPersona.id,
  at: minuteAt(100),
  author: "alignment",
  lines: [{ text: "Likes action.", tool: null, evidence: ["e1"] }],
};
const log = [initialPersona, head];
const range = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n);
const turns = (from: number, count: number, version: number, right: number) =>
  range(from, count).map((n) => taggedTurn(n, version, n - from < right));
const byParent = turns(0, 32, 0, 24);

describe("detectRegression", () => {
  it("rolls back a head whose responses are much worse than its parent's, with the numbers", () => {
    const judged = detectRegression(log, [...byParent, ...turns(100, 16, 1, 4)]);
    expect(judged).toMatchObject({
      head,
      parent: initialPersona,
      at: "2026-01-01T00:00:00.000Z",
      rollback: {
        of: 1,
        to: 0,
        headMean: 0.25,
        headItems: 16,
        parentMean: 0.75,
        parentItems: 32,
      },
    });
    expect(judged?.rollback.pValue).toBeLessThan(0.005);
    expect(judged?.rollback.pValue).toBeGreaterThan(0);
  });

  it.each([
    ["as good", 12],
    ["better", 16],
    ["a little worse", 10],
  ])("leaves a head that is %s", (_, right) => {
    expect(detectRegression(log, [...byParent, ...turns(100, 16, 1, right)])).toBeNull();
  });

  it("waits for enough answers on both sides", () => {
    expect(detectRegression(log, [...byParent, ...turns(100, 7, 1, 0)])).toBeNull();
    expect(detectRegression(log, [...byParent, ...turns(100, 8, 1, 0)])).not.toBeNull();
    expect(detectRegression(log, [...turns(0, 7, 0, 7), ...turns(100, 20, 1, 0)])).toBeNull();
  });

  it("counts no response from before the checkpoint, and none of other versions", () => {
    const others = [...turns(50, 16, 1, 0), ...turns(100, 16, 3, 0)];
    expect(detectRegression(log, [...byParent, ...others])).toBeNull();
  });

  it.each(["rollback", "initial"] as const)("does not watch what is a %s", (author) => {
    const episodes = [...byParent, ...turns(100, 16, 1, 0)];
    expect(detectRegression([initialPersona, { ...head, author }], episodes)).toBeNull();
    expect(
      detectRegression([initialPersona, { ...head, author: "person" }], episodes),
    ).not.toBeNull();
  });

  it("ignores rejected checkpoints, and needs the parent in the log", () => {
    const episodes = [...byParent, ...turns(100, 16, 1, 0)];
    expect(
      detectRegression([initialPersona, { ...head, status: "rejected" }], episodes),
    ).toBeNull();
    expect(detectRegression([head], episodes)).toBeNull();
    expect(detectRegression([], [])).toBeNull();
  });

  it("compares answers of one kind only", () => {
    const texts = range(100, 16).map((n) =>
      turnAt(n, `Say ${n}`, { response: "no", groundTruth: "yes it is", personaVersion: 1 }),
    );
    expect(detectRegression(log, [...byParent, ...texts])).toBeNull();
  });

  it("counts a rejected response as wrong, and no other without a true answer", () => {
    const rejected = range(100, 10).map((n): Episode => ({
      ...untaggedTurn(n, 1, "action"),
      feedback: { kind: "reject", author: "ada", at: minuteAt(200), reason: null, inferred: null },
    }));
    const silent = range(130, 20).map((n) => untaggedTurn(n, 1, "action"));
    expect(detectRegression(log, [...byParent, ...rejected, ...silent])).toMatchObject({
      rollback: { headItems: 10, headMean: 0 },
      at: minuteAt(200),
    });
  });

  it("gives the same result for any order", () => {
    const episodes = [...byParent, ...turns(100, 16, 1, 4)];
    expect(detectRegression(log, episodes.toReversed())).toEqual(detectRegression(log, episodes));
  });
});

describe("detectRegression, where the parent has few answers", () => {
  const imported = range(0, 40).map((n): Episode => ({
    ...untaggedTurn(n, null, ""),
    response: null,
    groundTruth: "comedy",
    source: "import",
  }));
  const simulated = imported.map(({ id }, place) => ({
    episodeId: id,
    parent: place % 4 === 0 ? 0 : 1,
  }));
  const aligned = [initialPersona, { ...head, alignment: recordOf(simulated) }];

  it("uses the parent's scores in the alignment", () => {
    expect(detectRegression(aligned, [...imported, ...turns(100, 16, 1, 4)])).toMatchObject({
      rollback: { headMean: 0.25, headItems: 16, parentMean: 0.75, parentItems: 40 },
    });
    expect(detectRegression(aligned, [...imported, ...turns(100, 16, 1, 12)])).toBeNull();
  });

  it("counts no episode twice, and no deleted one", () => {
    const answered = imported.map((episode, place) =>
      place < 10 ? { ...taggedTurn(place, 0, true), id: episode.id } : episode,
    );
    const left = answered.slice(0, 30);
    expect(detectRegression(aligned, [...left, ...turns(100, 16, 1, 0)])).toMatchObject({
      rollback: { parentItems: 30 },
    });
  });

  it("ignores the alignment's scores when there are enough real answers", () => {
    const real = turns(40, 50, 0, 25);
    expect(
      detectRegression(aligned, [...imported, ...real, ...turns(100, 16, 1, 0)]),
    ).toMatchObject({
      rollback: { parentItems: 50, parentMean: 0.5 },
    });
  });

  // Whoever speaks only when a response is wrong would roll back every version.
  it("counts a response without feedback as right", () => {
    const corrected = turns(100, 10, 1, 0);
    const silent = range(130, 30).map((n) => untaggedTurn(n, 1, "comedy"));
    expect(detectRegression(aligned, [...imported, ...corrected])).not.toBeNull();
    expect(detectRegression(aligned, [...imported, ...corrected, ...silent])).toBeNull();
    // Nobody said what was right, but the user was not served.
    const inferred = { episodeId: "later", confidence: 0.9 };
    const unserved = silent.map((turn) => ({
      ...turn,
      feedback: {
        kind: "asked-again",
        author: "ada",
        at: minuteAt(300),
        reason: null,
        inferred,
      } as const,
    }));
    expect(detectRegression(aligned, [...imported, ...corrected, ...unserved])).not.toBeNull();
  });
});

describe("scoreResponse", () => {
  it("scores by the true answer, also of a rejected response", () => {
    const right = taggedTurn(1, 1, true);
    expect(scoreResponse(right)).toEqual({ kind: "choice", score: 1 });
    const feedback = {
      kind: "reject",
      author: "ada",
      at: minuteAt(2),
      reason: null,
      inferred: null,
    } as const;
    expect(scoreResponse({ ...taggedTurn(1, 1, false), feedback })).toEqual({
      kind: "choice",
      score: 0,
    });
    expect(scoreResponse({ ...right, response: null })).toBeNull();
    expect(scoreResponse({ ...right, groundTruth: null })).toBeNull();
  });

  it("does not apply a rejection to a later response", () => {
    const feedback = {
      kind: "reject",
      author: "ada",
      at: minuteAt(2),
      reason: null,
      inferred: null,
    } as const;
    const again = { ...untaggedTurn(1, 1, "comedy"), feedback, replacedResponses: ["action"] };
    expect(scoreResponse(again)).toBeNull();
    expect(scoreResponse({ ...again, replacedResponses: [] })).toMatchObject({ score: 0 });
  });
});
