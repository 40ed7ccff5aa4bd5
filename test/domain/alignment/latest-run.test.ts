import { expect, it } from "vitest";
import { latestRun } from "../../../src/domain/alignment/latest-run.js";
import {
  initialPersona,
  type PersonaCheckpoint,
} from "../../../src/domain/persona/persona-checkpoint.js";
import { alignmentRecord } from "../../support/users/alignment-record.js";
import { minuteAt } from "../../support/users/episodes.js";

const saying = (text: string) => [{ text, tool: null, evidence: ["e1"] }];

/** A checkpoint of a run, as `run-1/2`, or of nobody's. */
function checkpoint(
  id: string,
  run: string | null,
  change: Partial<PersonaCheckpoint> = {},
): PersonaCheckpoint {
  const [runId = "", iteration] = (run ?? "").split("/");
  return {
    ...initialPersona,
    id,
    version: Number(id[0]),
    parentId: initialPersona.id,
    at: minuteAt(Number(id[0])),
    author: run === null ? "person" : "alignment",
    lines: saying(id),
    alignment:
      run === null ? null : alignmentRecord({ runId, iteration: Number(iteration), review: null }),
    ...change,
  };
}

const before = checkpoint("1-a", "run-0/1");
const taken = checkpoint("2-a", "run-1/1", { parentId: "1-a" });
const kept = checkpoint("3-a", "run-1/2", {
  parentId: "2-a",
  status: "rejected",
  lines: taken.lines,
});
const log = [initialPersona, before, taken, kept];

it("is null without a checkpoint of a run", () => {
  expect(latestRun([initialPersona, checkpoint("1-a", null)])).toBeNull();
});

it("has the version of its accepted update, also where a later update changed nothing", () => {
  for (const order of [log, log.toReversed()])
    expect(latestRun(order)).toEqual({
      checkpoint: taken,
      accepted: true,
      rolledBack: false,
      reviewed: false,
    });
});

it("has accepted nothing where nothing passed, and its last checkpoint says why", () => {
  const rejected = checkpoint("4-a", "run-2/1", { parentId: "2-a", status: "rejected" });
  expect(latestRun([...log, rejected])).toMatchObject({ checkpoint: rejected, accepted: false });
});

it("has accepted nothing where another writer was first", () => {
  const other = checkpoint("1-b", null, { parentId: "1-a" });
  expect(latestRun([...log, other])).toMatchObject({ checkpoint: kept, accepted: false });
});

it("is rolled back once an earlier version was restored, and no longer when it is restored itself", () => {
  const back = checkpoint("4-a", null, { parentId: "2-a", lines: before.lines });
  expect(latestRun([...log, back])).toMatchObject({ checkpoint: taken, rolledBack: true });
  const first = checkpoint("4-b", null, { parentId: "2-a", lines: [] });
  expect(latestRun([...log, first])).toMatchObject({ checkpoint: taken, rolledBack: true });
  const again = checkpoint("5-a", null, { parentId: "4-a", lines: taken.lines });
  expect(latestRun([...log, back, again])).toMatchObject({ checkpoint: taken, rolledBack: false });
});
