import { describe, expect, it } from "vitest";
import { decideByBenefit } from "../../../src/domain/alignment/expected-benefit.js";
import { hasNewItems, newTo, promisingCandidate } from "../../../src/domain/alignment/promising.js";
import type { Withdrawal } from "../../../src/domain/forgetting/withdrawal.js";
import {
  initialPersona,
  type PersonaCheckpoint,
  type PersonaLine,
} from "../../../src/domain/persona/persona-checkpoint.js";
import { alignmentRecord } from "../../support/users/alignment-record.js";

const line: PersonaLine = { text: "Takes tea.", tool: null, evidence: ["e1"] };
const pairs = (gained: number, lost: number, items: number, from = 0) =>
  Array.from({ length: items }, (_, n) => ({
    item: `h${from + n}`,
    parent: [n < gained ? 0 : 1],
    candidate: [n >= gained && n < gained + lost ? 0 : 1],
  }));
/** Worth it on average, but likely to do harm. */
const thin = pairs(6, 4, 22);
const decision = decideByBenefit({ batch: [], holdout: thin, remaining: 0 });
const scores = {
  batch: [{ episodeId: "e1", parent: 0, candidate: 1 }],
  holdout: thin.map(({ item, parent: [parent = 0], candidate: [candidate = 0] }) => ({
    episodeId: item,
    parent,
    candidate,
  })),
};

function rejected(change: Partial<PersonaCheckpoint> = {}): PersonaCheckpoint {
  return {
    ...initialPersona,
    id: "c1",
    version: 1,
    parentId: initialPersona.id,
    at: "2026-01-02T00:00:00.000Z",
    author: "alignment",
    status: "rejected",
    lines: [line],
    reason: decision.reason,
    alignment: alignmentRecord({ decision, scores, review: null }),
    ...change,
  };
}

const found = (
  more: readonly PersonaCheckpoint[],
  { head = initialPersona, agentModel = "offline", withdrawals = [] as Withdrawal[] } = {},
) => promisingCandidate([initialPersona, ...more], head, { agentModel, withdrawals });

describe("a candidate that was rejected on thin evidence", () => {
  it("keeps its evidence, and knows what it was written from or judged by", () => {
    expect(decision.outcome).toBe("harm-possible");
    const promising = found([rejected()]);
    expect(promising).toEqual({
      lines: [line],
      earlier: { id: "c1", items: 22, counts: { gained: 6, lost: 4, items: 22 } },
      name: { runId: "run-1", iteration: 1, candidate: 1 },
      known: ["e1", ...thin.map(({ item }) => item)],
    });
    const items = ["e1", "h3", "new"].map((episodeId) => ({ episodeId }));
    expect(newTo(promising, items)).toEqual([{ episodeId: "new" }]);
    expect(newTo(null, items)).toEqual(items);
  });

  it("is asked again from four new held-out items on", () => {
    const promising = found([rejected()]);
    if (promising === null) throw new Error("none");
    const items = ["h1", "n1", "n2", "n3", "n4"].map((episodeId) => ({ episodeId }));
    expect(hasNewItems(promising, items)).toBe(true);
    expect(hasNewItems(promising, items.slice(0, 4))).toBe(false);
  });

  it("is dropped with the lines that it was to replace", () => {
    const head: PersonaCheckpoint = { ...rejected(), id: "c2", status: "active", alignment: null };
    expect(found([rejected(), head], { head })).toBeNull();
    // Gone back to: the same lines again.
    const back = { ...head, id: "c3", parentId: "c2", lines: [] };
    expect(found([rejected(), head, back], { head: back })).not.toBeNull();
  });

  it("is dropped under another agent model", () => {
    expect(found([rejected()], { agentModel: "openai:other" })).toBeNull();
  });

  it("is dropped once something was deleted, or an answer of its items corrected", () => {
    const withdrawal = (change: Partial<Withdrawal>): Withdrawal => ({
      schemaVersion: 1,
      episodeId: "h3",
      what: "answer-replaced",
      at: "2026-01-03T00:00:00.000Z",
      responses: [],
      sameIn: [],
      unfinished: null,
      ...change,
    });
    const isThere = (change: Partial<Withdrawal>) =>
      found([rejected()], { withdrawals: [withdrawal(change)] }) !== null;
    expect(isThere({})).toBe(false);
    expect(isThere({ what: "deleted", episodeId: "other" })).toBe(false);
    expect(isThere({ episodeId: "other" })).toBe(true);
    expect(isThere({ at: "2026-01-01T00:00:00.000Z" })).toBe(true);
  });

  it("is one candidate over all its tries, until one of them is clear", () => {
    const { earlier, name } = found([rejected()]) ?? {};
    const again = (more: ReturnType<typeof pairs>) => {
      const later = decideByBenefit({ batch: [], holdout: more, remaining: 0, earlier });
      return rejected({
        id: "c2",
        alignment: alignmentRecord({
          runId: "run-2",
          decision: later,
          review: null,
          ...(earlier && { earlier }),
          scores: { batch: [], holdout: [{ episodeId: "n1", parent: 1, candidate: 1 }] },
        }),
      });
    };
    const still = found([rejected(), again(pairs(1, 0, 4, 100))]);
    expect(still).toMatchObject({
      name,
      earlier: { id: "c2", items: 26, counts: { gained: 7, lost: 4, items: 26 } },
    });
    expect(still?.known).toEqual(expect.arrayContaining(["e1", "h21", "n1"]));
    expect(found([rejected(), again(pairs(0, 4, 4, 100))])).toBeNull();
  });
});
