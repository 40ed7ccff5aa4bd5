import { describe, expect, it } from "vitest";
import type { ProfileLog } from "../../src/memory/personas/profile-log.js";
import { minuteAt } from "../support/users/episodes.js";

function profile(text: string, at = minuteAt(1)): Parameters<ProfileLog["append"]>[1] {
  return {
    at,
    statements: [{ text, evidence: ["e1"], replaces: [] }],
    lastEpisodeId: null,
    episodeCount: 1,
    model: "offline",
  };
}

/** What every ProfileLog must do. Call it once per implementation. Every test has users of its own. */
export function describeProfileMemory(
  name: string,
  create: () => ProfileLog | Promise<ProfileLog>,
) {
  let users = 0;
  const newUser = () => `user-${(users += 1)}-${name.replaceAll(/\W+/g, "-")}`;

  describe(`ProfileLog: ${name}`, () => {
    it("knows nobody at first", async () => {
      const memory = await create();
      expect(await memory.current(newUser())).toBeNull();
      expect(await memory.history(newUser())).toEqual([]);
    });

    it("makes the last one appended the current one and keeps the earlier ones", async () => {
      const memory = await create();
      const user = newUser();
      const first = await memory.append(user, profile("likes tea"));
      const second = await memory.append(user, profile("likes green tea"));
      expect(first).toMatchObject({ schemaVersion: 1, version: 1, ...profile("likes tea") });
      expect(second.version).toBe(2);
      expect(await memory.current(user)).toEqual(second);
      expect(await memory.history(user)).toEqual([first, second]);
    });

    it("appends one that was made from another version only while that is the current one", async () => {
      const memory = await create();
      const user = newUser();
      const first = await memory.appendAfter(user, null, profile("likes tea"));
      expect(first?.version).toBe(1);
      expect(await memory.appendAfter(user, null, profile("likes milk"))).toBeNull();
      const [one, other] = await Promise.all(
        ["likes green tea", "likes iced tea"].map((text) =>
          memory.appendAfter(user, first?.id ?? null, profile(text)),
        ),
      );
      expect(one?.version).toBe(2);
      expect(other).toBeNull();
      // Once more, as after a crash.
      expect(await memory.appendAfter(user, null, profile("likes tea"))).toEqual(first);
      expect(await memory.history(user)).toEqual([first, one]);
    });

    it("loses none of those that are appended at the same time", async () => {
      const memory = await create();
      const user = newUser();
      const written = await Promise.all(
        Array.from({ length: 12 }, (_, n) => memory.append(user, profile(`statement ${n}`))),
      );
      const history = await memory.history(user);
      expect(new Set(history.map(({ id }) => id))).toEqual(new Set(written.map(({ id }) => id)));
      expect(history).toHaveLength(12);
      const ids = history.map(({ id }) => id);
      expect(ids).toEqual(ids.toSorted());
    });

    it("keeps users apart, and refuses wrong ones", async () => {
      const memory = await create();
      const user = newUser();
      await memory.append(user, profile("likes tea"));
      expect(await memory.current(`${user}a`)).toBeNull();
      const refused = expect.objectContaining({ code: "config-user-invalid" });
      await expect(memory.current("a:b")).rejects.toEqual(refused);
      await expect(memory.append("a:b", profile("x"))).rejects.toEqual(refused);
      await expect(memory.history("")).rejects.toEqual(refused);
    });

    it("hands out copies", async () => {
      const memory = await create();
      const user = newUser();
      (await memory.append(user, profile("likes tea"))).statements.pop();
      (await memory.current(user))?.statements.pop();
      (await memory.history(user))[0]?.statements.pop();
      expect((await memory.current(user))?.statements).toHaveLength(1);
    });

    it("stores texts that some stores refuse", async () => {
      const memory = await create();
      const { statements } = await memory.append(newUser(), profile("te\0a \ud800"));
      expect(statements[0]?.text).toBe("tea \ufffd");
    });
  });
}
