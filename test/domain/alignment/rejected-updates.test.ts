import { expect, it } from "vitest";
import {
  initialPersona,
  type PersonaCheckpoint,
  type PersonaLine,
} from "../../../src/domain/persona/persona-checkpoint.js";
import { rejectedBefore } from "../../../src/domain/alignment/rejected-updates.js";
import { alignmentRecord } from "../../support/users/alignment-record.js";

const line = (text: string, change: Partial<PersonaLine> = {}): PersonaLine => ({
  text,
  tool: null,
  evidence: ["e1"],
  ...change,
});

const rollback = {
  of: 1,
  to: 0,
  headMean: 0,
  headItems: 9,
  parentMean: 1,
  parentItems: 9,
  pValue: 0.01,
};

let ids = 0;
function checkpoint(change: Partial<PersonaCheckpoint>): PersonaCheckpoint {
  return {
    ...initialPersona,
    id: `c${(ids += 1)}`,
    version: ids,
    parentId: initialPersona.id,
    author: "alignment",
    status: "rejected",
    lines: [line("Takes tea.")],
    reason: "Worse.",
    alignment: alignmentRecord(),
    ...change,
  };
}

it("gives what did not pass of the head's own lines, with its rejections", () => {
  const rejected = checkpoint({});
  expect(rejectedBefore([initialPersona, rejected], initialPersona)).toEqual([
    {
      key: null,
      lines: rejected.lines,
      rejections: rejected.alignment?.rejections,
      reason: "Worse.",
    },
  ]);
});

it("gives a version that was taken and rolled back, also where the head only says the same", () => {
  const taken = checkpoint({ status: "active", alignment: null });
  const head = checkpoint({
    status: "active",
    author: "rollback",
    parentId: taken.id,
    lines: [],
    rollback,
  });
  expect(rejectedBefore([initialPersona, taken, head], head)).toMatchObject([
    { lines: taken.lines, rejections: [], reason: "Taken at first, and rolled back later." },
  ]);
});

it("gives a person's version only where it was rolled back, and says of another only that it was gone back from", () => {
  const versions = (author: "person" | "alignment", back: Partial<PersonaCheckpoint>) => {
    const taken = checkpoint({ status: "active", author });
    const head = checkpoint({ status: "active", parentId: taken.id, lines: [], ...back });
    return rejectedBefore([initialPersona, taken, head], head).map(({ reason }) => reason);
  };
  const rolledBack = { author: "rollback", rollback } as const;
  expect(versions("person", rolledBack)).toEqual(["Taken at first, and rolled back later."]);
  expect(versions("person", { author: "person" })).toEqual([]);
  expect(versions("alignment", { author: "person" })).toEqual([
    "Taken at first, and gone back from later.",
  ]);
});

it("leaves out what only came too late: superseded, or passed while the persona was changed", () => {
  const first = checkpoint({ status: "active", author: "person", lines: [line("Short.")] });
  const superseded = checkpoint({ status: "active" });
  const back = checkpoint({ status: "active", author: "person", parentId: first.id, lines: [] });
  const { decision } = alignmentRecord();
  const accepted = decision && { ...decision, accepted: true };
  const outdated = checkpoint({ alignment: alignmentRecord({ decision: accepted, review: null }) });
  const refused = checkpoint({
    reason: "Not wanted.",
    alignment: alignmentRecord({
      decision: accepted,
      review: { decision: "reject", author: "ada", at: initialPersona.at, note: null },
    }),
  });
  const log = [initialPersona, first, superseded, back, outdated, refused];
  expect(rejectedBefore(log, back).map(({ reason }) => reason)).toEqual(["Not wanted."]);
});

it("counts lines as the same whatever their evidence, but not for another tool", () => {
  const parent = checkpoint({ status: "active", lines: [line("Takes tea.")] });
  const rejected = checkpoint({ parentId: parent.id, lines: [line("Takes coffee.")] });
  const log = [initialPersona, parent, rejected];
  const same = { ...parent, id: "x", lines: [line("Takes tea.", { evidence: ["e2"] })] };
  const other = { ...parent, id: "y", lines: [line("Takes tea.", { tool: "recall_memory" })] };
  expect(rejectedBefore(log, same)).toHaveLength(1);
  expect(rejectedBefore(log, other)).toHaveLength(0);
});

it.each<[string, Partial<PersonaCheckpoint>]>([
  ["a checkpoint that says keep", { lines: [] }],
  ["what a person wrote", { author: "person", status: "active" }],
  ["an update of other lines", { parentId: "unknown" }],
])("leaves out %s", (_what, change) => {
  expect(rejectedBefore([initialPersona, checkpoint(change)], initialPersona)).toEqual([]);
});

it("gives the latest three, oldest first", () => {
  const many = ["a", "b", "c", "d"].map((reason) => checkpoint({ reason }));
  const found = rejectedBefore([initialPersona, ...many], initialPersona);
  expect(found.map(({ reason }) => reason)).toEqual(["b", "c", "d"]);
});
