import { describe, expect, it } from "vitest";
import {
  activeVersions,
  initialPersona,
  personaHead,
} from "../../../src/domain/persona/persona-checkpoint.js";
import { restorePersona } from "../../../src/memory/personas/restore-persona.js";
import type { NewCheckpoint } from "../../../src/memory/personas/persona-log.js";
import { minuteAt } from "../../support/users/episodes.js";
import { memoryParts } from "../../support/agents/memory-parts.js";

const line = (text: string) => ({ text, tool: null, evidence: ["e1", "e2"] });

function learned(text: string, change: Partial<NewCheckpoint> = {}): NewCheckpoint {
  return {
    at: minuteAt(1),
    author: "alignment",
    status: "active",
    lines: [line(text)],
    reason: "learned",
    parent: initialPersona,
    ...change,
  };
}

/** A log of two versions, and a clock that goes on with every look at it. */
async function twoVersions() {
  const { personas } = memoryParts();
  let minutes = 100;
  const now = () => new Date(minuteAt((minutes += 1)));
  const first = await personas.append("ada", learned("Likes tea.", { paperSystemPrompt: "Tea." }));
  const second = await personas.append("ada", learned("Likes coffee.", { parent: first }));
  return { personas, now, first, second };
}

describe("restoring a persona", () => {
  it("appends the version's lines and paper text as the new head, and loses nothing", async () => {
    const { personas, now, first, second } = await twoVersions();
    const { head, restored, changed } = await restorePersona("ada", 1, { personas, now });
    expect({ restored, changed }).toEqual({ restored: 1, changed: true });
    expect(head).toMatchObject({
      version: 3,
      parentId: second.id,
      author: "person",
      status: "active",
      lines: first.lines,
      paperSystemPrompt: "Tea.",
      reason: "Restored version 1.",
      alignment: null,
      at: minuteAt(101),
    });
    expect(await personas.head("ada")).toEqual(head);
    expect(await personas.history("ada")).toEqual([initialPersona, first, second, head]);
  });

  it("restores version 0, and then a later version again", async () => {
    const { personas, now, second } = await twoVersions();
    const back = await restorePersona("ada", 0, { personas, now });
    expect(back.head).toMatchObject({ version: 3, lines: [], paperSystemPrompt: null });
    const { head } = await restorePersona("ada", second.id, {
      personas,
      now,
      author: "rollback",
      reason: "It was better.",
    });
    expect(head).toMatchObject({
      version: 4,
      lines: second.lines,
      author: "rollback",
      reason: "It was better.",
    });
  });

  it("appends nothing when the head has the same content", async () => {
    const { personas, now, first, second } = await twoVersions();
    expect(await restorePersona("ada", 2, { personas, now })).toEqual({
      head: second,
      restored: 2,
      name: "version 2",
      changed: false,
    });
    const once = await restorePersona("ada", first.id, { personas, now });
    const again = await restorePersona("ada", first.id, { personas, now });
    expect(again).toEqual({ head: once.head, restored: 1, name: "version 1", changed: false });
    expect(await personas.history("ada")).toHaveLength(4);
  });

  it("happens once for two concurrent calls with the same version", async () => {
    const { personas, now } = await twoVersions();
    const both = await Promise.all([
      restorePersona("ada", 1, { personas, now }),
      restorePersona("ada", 1, { personas, now }),
    ]);
    expect(both.filter(({ changed }) => changed)).toHaveLength(1);
    expect(new Set(both.map(({ head }) => head.id)).size).toBe(1);
    const history = await personas.history("ada");
    expect(personaHead(history).id).toBe(both[0].head.id);
    expect(activeVersions(history).map(({ version }) => version)).toEqual([0, 1, 2, 3]);
  });

  it("succeeds after another writer appended something else first", async () => {
    const { personas, now, first, second } = await twoVersions();
    const met = {
      history: personas.history,
      async append(userId: string, checkpoint: NewCheckpoint) {
        if (checkpoint.parent.version === 2)
          await personas.append(userId, learned("Likes water.", { parent: second }));
        return personas.append(userId, checkpoint);
      },
    };
    const { head, changed } = await restorePersona("ada", 1, { personas: met, now });
    expect(changed).toBe(true);
    expect(head).toMatchObject({ version: 4, lines: first.lines });
    expect(await personas.head("ada")).toEqual(head);
    expect(activeVersions(await personas.history("ada"))[3]?.lines).toEqual([line("Likes water.")]);
  });

  it("restores a superseded checkpoint, and refuses a rejected or unknown one", async () => {
    const { personas, now, first } = await twoVersions();
    const late = { parent: first, at: minuteAt(50) };
    const superseded = await personas.append("ada", learned("Likes milk.", late));
    const rejected = await personas.append("ada", learned("No.", { ...late, status: "rejected" }));
    const refused = expect.objectContaining({ code: "config-version-unknown" });
    for (const to of [rejected.id, 9, "nothing"])
      await expect(restorePersona("ada", to, { personas, now })).rejects.toEqual(refused);
    expect(await personas.history("ada")).toHaveLength(5);
    const { head } = await restorePersona("ada", superseded.id, { personas, now });
    expect(head.lines).toEqual(superseded.lines);
  });
});
