import { describe, expect, it } from "vitest";
import {
  initialPersona,
  type PersonaCheckpoint,
} from "../../../src/domain/persona/persona-checkpoint.js";
import {
  findRestorable,
  findVersion,
  personaVersionStatuses,
} from "../../../src/domain/persona/version-history.js";
import { PersonaAgentError } from "../../../src/system/errors.js";

function checkpoint(id: string, parentId: string, status: PersonaCheckpoint["status"] = "active") {
  const at = "2026-01-01T00:00:00.000Z";
  return { ...initialPersona, id, parentId, at, status, version: Number(id[0]) };
}

const log = [
  initialPersona,
  checkpoint("1-a", initialPersona.id),
  checkpoint("1-b", initialPersona.id),
  checkpoint("2-a", "1-a"),
  checkpoint("2-b", "1-b"),
  checkpoint("3-a", "2-a", "rejected"),
];

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (PersonaAgentError.is(error, "config-version-unknown")) return error.message;
    throw error;
  }
  throw new Error("Nothing was refused.");
}

describe("the status of a checkpoint", () => {
  it("is known for every checkpoint of a log", () => {
    expect(Object.fromEntries(personaVersionStatuses(log))).toEqual({
      [initialPersona.id]: "past",
      "1-a": "past",
      "1-b": "superseded",
      "2-a": "head",
      "2-b": "superseded",
      "3-a": "rejected",
    });
    expect(personaVersionStatuses([initialPersona]).get(initialPersona.id)).toBe("head");
  });
});

describe("a requested version", () => {
  it("is found by number if it is or was in use, and by id always", () => {
    expect(findVersion("ada", log, 0)).toBe(initialPersona);
    expect(findVersion("ada", log, 1).id).toBe("1-a");
    expect(findVersion("ada", log, "2-b").id).toBe("2-b");
    expect(findVersion("ada", log, "3-a").id).toBe("3-a");
  });

  it("is refused in one line that names the existing ones", () => {
    expect(refusal(() => findVersion("ada", log, 7))).toBe(
      'The persona of "ada" has no version 7; expected one of 0 to 2, or the id of a checkpoint. Name one of these.',
    );
    expect(refusal(() => findVersion("ada", [initialPersona], "x".repeat(500)))).toBe(
      `The persona of "ada" has no version "${"x".repeat(60)}"; expected 0, the only one, or the id of a checkpoint. Name one of these.`,
    );
    expect(refusal(() => findVersion("ada", log, 3))).toMatch(
      /^Version 3 of the persona of "ada" was never in use \(rejected\); expected one of 0 to 2/,
    );
  });

  it("can be restored when it was superseded, and not when it was rejected", () => {
    expect(findRestorable("ada", log, "2-b").id).toBe("2-b");
    expect(refusal(() => findRestorable("ada", log, "3-a"))).toMatch(
      /^The checkpoint 3-a of the persona of "ada" was rejected and never in use; expected one of 0 to 2/,
    );
  });
});
