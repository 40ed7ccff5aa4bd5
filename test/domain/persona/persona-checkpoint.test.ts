import { describe, expect, it } from "vitest";
import {
  activeVersions,
  initialPersona,
  personaCheckpointSchema,
  personaHead,
  type PersonaCheckpoint,
} from "../../../src/domain/persona/persona-checkpoint.js";

function checkpoint(id: string, parentId: string, change: Partial<PersonaCheckpoint> = {}) {
  return { ...initialPersona, id, parentId, at: "2026-01-01T00:00:00.000Z", ...change };
}

/** Every order of a few things. */
function orders<T>(things: readonly T[]): T[][] {
  if (things.length < 2) return [[...things]];
  return things.flatMap((thing, place) =>
    orders(things.toSpliced(place, 1)).map((rest) => [thing, ...rest]),
  );
}

describe("activeVersions", () => {
  it("are the versions in use from 0 to the head, for any order of the log", () => {
    const log = [
      checkpoint("1-a", initialPersona.id, { status: "rejected" }),
      checkpoint("1-b", initialPersona.id),
      checkpoint("1-c", initialPersona.id),
      checkpoint("2-a", "1-c"),
      checkpoint("2-b", "1-b"),
    ];
    for (const order of orders(log))
      expect(activeVersions(order).map(({ id }) => id)).toEqual([initialPersona.id, "1-b", "2-b"]);
    expect(activeVersions([])).toEqual([initialPersona]);
  });
});

describe("personaHead", () => {
  it("is version 0 where nothing was learned", () => {
    expect(personaHead([])).toEqual(initialPersona);
    expect(personaCheckpointSchema.parse(initialPersona)).toEqual(initialPersona);
  });

  it("is the same for any order of the log", () => {
    const log = [
      checkpoint("1-b", initialPersona.id, { at: "2026-01-02T00:00:00.000Z" }),
      checkpoint("1-c", initialPersona.id),
      checkpoint("1-a", initialPersona.id, { status: "rejected" }),
      checkpoint("2-a", "1-b"),
      checkpoint("2-b", "1-c"),
    ];
    // 1-c came before 1-b, so 2-a on the losing branch is superseded.
    for (const order of orders(log)) expect(personaHead(order).id).toBe("2-b");
  });

  it("is the one with the lower id of two at one time", () => {
    const log = [checkpoint("1-b", initialPersona.id), checkpoint("1-a", initialPersona.id)];
    expect(personaHead(log).id).toBe("1-a");
  });

  it("does not go past a rejected checkpoint", () => {
    const log = [
      checkpoint("1-a", initialPersona.id),
      checkpoint("2-a", "1-a", { status: "rejected" }),
      checkpoint("3-a", "2-a"),
    ];
    expect(personaHead(log).id).toBe("1-a");
  });

  it("exists in a damaged log with a circle", () => {
    const log = [
      checkpoint("1-a", initialPersona.id),
      checkpoint("2-a", "1-a"),
      checkpoint("1-a", "2-a"),
    ];
    expect(personaHead(log).parentId).toBe("2-a");
  });

  it("recognises version 0 in the log", () => {
    expect(personaHead([initialPersona, checkpoint("1-a", initialPersona.id)]).id).toBe("1-a");
  });
});
