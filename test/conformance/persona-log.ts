import { describe, expect, it } from "vitest";
import { initialPersona } from "../../src/domain/persona/persona-checkpoint.js";
import type { PersonaLog } from "../../src/memory/personas/persona-log.js";
import { minuteAt } from "../support/users/episodes.js";

type Appended = Parameters<PersonaLog["append"]>[1];

const version0 = { id: initialPersona.id, version: 0 };

function checkpoint(text: string, change: Partial<Appended> = {}): Appended {
  return {
    at: minuteAt(1),
    author: "alignment",
    status: "active",
    lines: [{ text, tool: null, evidence: ["e1"] }],
    reason: "learned",
    parent: version0,
    ...change,
  };
}

/** What every PersonaLog must do. Call it once per implementation. Every test has users of its own. */
export function describePersonaLog(name: string, create: () => PersonaLog | Promise<PersonaLog>) {
  let users = 0;
  const newUser = () => `user-${(users += 1)}-${name.replaceAll(/\W+/g, "-")}`;

  describe(`PersonaLog: ${name}`, () => {
    it("begins at version 0 for everybody", async () => {
      const log = await create();
      const user = newUser();
      expect(await log.head(user)).toEqual(initialPersona);
      expect(await log.history(user)).toEqual([initialPersona]);
    });

    it("makes what was appended the head, and keeps what was before", async () => {
      const log = await create();
      const user = newUser();
      const first = await log.append(user, checkpoint("likes tea"));
      expect(first).toMatchObject({ version: 1, parentId: version0.id, schemaVersion: 2 });
      const second = await log.append(user, checkpoint("likes green tea", { parent: first }));
      expect(second).toMatchObject({ version: 2, parentId: first.id });
      expect(await log.head(user)).toEqual(second);
      expect(await log.history(user)).toEqual([initialPersona, first, second]);
      expect([second.id, first.id, initialPersona.id].toSorted()).toEqual([
        initialPersona.id,
        first.id,
        second.id,
      ]);
    });

    it("keeps both when two writers meet, and the earlier one is the head", async () => {
      const log = await create();
      const user = newUser();
      const [later, earlier] = await Promise.all([
        log.append(user, checkpoint("later", { at: minuteAt(9) })),
        log.append(user, checkpoint("earlier", { at: minuteAt(8) })),
      ]);
      expect(later.id).not.toBe(earlier.id);
      expect(await log.head(user)).toEqual(earlier);
      expect(await log.history(user)).toEqual([initialPersona, earlier, later]);
    });

    it("appends a repeated write once", async () => {
      const log = await create();
      const user = newUser();
      await Promise.all(Array.from({ length: 5 }, () => log.append(user, checkpoint("tea"))));
      expect(await log.history(user)).toHaveLength(2);
    });

    it("keeps a rejected checkpoint without following it", async () => {
      const log = await create();
      const user = newUser();
      const rejected = await log.append(user, checkpoint("no", { status: "rejected" }));
      expect(await log.head(user)).toEqual(initialPersona);
      expect(await log.history(user)).toEqual([initialPersona, rejected]);
    });

    it("keeps users apart, and refuses wrong ones", async () => {
      const log = await create();
      const user = newUser();
      await log.append(user, checkpoint("tea"));
      expect(await log.history(`${user}a`)).toEqual([initialPersona]);
      const refused = expect.objectContaining({ code: "config-user-invalid" });
      await expect(log.head("a:b")).rejects.toEqual(refused);
      await expect(log.append("a:b", checkpoint("x"))).rejects.toEqual(refused);
      await expect(log.history("")).rejects.toEqual(refused);
    });

    it("hands out copies, version 0 as well", async () => {
      const log = await create();
      const user = newUser();
      (await log.head(user)).lines.push({ text: "tampered", tool: null, evidence: ["e"] });
      (await log.history(user))[0]?.lines.push({ text: "tampered", tool: null, evidence: ["e"] });
      expect(initialPersona.lines).toEqual([]);
      const appended = await log.append(user, checkpoint("tea"));
      appended.lines.pop();
      (await log.head(user)).lines.pop();
      expect((await log.head(user)).lines).toEqual(checkpoint("tea").lines);
    });

    it("stores texts that some stores refuse", async () => {
      const log = await create();
      const stored = await log.append(newUser(), checkpoint("te\0a \ud800", { reason: "\0why" }));
      expect(stored).toMatchObject({ lines: [{ text: "tea \ufffd" }], reason: "why" });
    });

    it("keeps a log of more versions than a store gives at once", async () => {
      const log = await create();
      const user = newUser();
      let parent: { readonly id: string; readonly version: number } = version0;
      for (let n = 1; n <= 12; n += 1)
        parent = await log.append(user, checkpoint(`line ${n}`, { parent, at: minuteAt(n) }));
      expect((await log.head(user)).version).toBe(12);
      expect((await log.history(user)).map(({ version }) => version)).toEqual(
        Array.from({ length: 13 }, (_, n) => n),
      );
    });
  });
}
