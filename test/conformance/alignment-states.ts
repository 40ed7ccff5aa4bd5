import { describe, expect, it } from "vitest";
import { type AlignmentStatus, neverAligned } from "../../src/domain/alignment/alignment-status.js";
import type { StatusStore } from "../../src/memory/personas/status-store.js";
import { minuteAt } from "../support/users/episodes.js";

const worker = { host: "a-machine", pid: 4_711, startedAt: minuteAt(1) };

/** What a StatusStore must do, here with the status of alignments. Call it once per implementation. Every test has users of its own. */
export function describeAlignmentStates(
  name: string,
  create: () => StatusStore<AlignmentStatus> | Promise<StatusStore<AlignmentStatus>>,
) {
  let users = 0;
  const newUser = () => `aligned-${(users += 1)}-${name.replaceAll(/\W+/g, "-")}`;

  describe(`StatusStore: ${name}`, () => {
    it("begins idle for everybody", async () => {
      const states = await create();
      expect(await states.get(newUser())).toEqual(neverAligned);
    });

    it("replaces the fields given and keeps the others", async () => {
      const states = await create();
      const user = newUser();
      const settings = { batch: 4, models: { agent: "offline" }, allowedTools: ["a"] };
      await states.update(user, { status: "running", at: minuteAt(2), runOwner: worker, settings });
      const failed = await states.update(user, {
        status: "failed",
        runOwner: null,
        error: { code: "model-unavailable", message: "It is down." },
      });
      expect(failed).toEqual({
        ...neverAligned,
        status: "failed",
        at: minuteAt(2),
        settings,
        error: { code: "model-unavailable", message: "It is down." },
      });
      expect(await states.get(user)).toEqual(failed);
    });

    it("loses no field of writers that meet", async () => {
      const states = await create();
      const user = newUser();
      await Promise.all([
        states.update(user, { seenAt: minuteAt(3) }),
        states.update(user, { threadId: "t" }),
        states.update(user, { status: "review" }),
      ]);
      expect(await states.get(user)).toMatchObject({
        seenAt: minuteAt(3),
        threadId: "t",
        status: "review",
      });
    });

    it("keeps users apart, and refuses wrong ones", async () => {
      const states = await create();
      const user = newUser();
      await states.update(user, { status: "review" });
      expect(await states.get(`${user}a`)).toEqual(neverAligned);
      const refused = expect.objectContaining({ code: "config-user-invalid" });
      await expect(states.get("a:b")).rejects.toEqual(refused);
      await expect(states.update("", { status: "idle" })).rejects.toEqual(refused);
    });

    it("hands out copies", async () => {
      const states = await create();
      const user = newUser();
      (await states.get(user)).settings["batch"] = 1;
      expect(await states.get(user)).toEqual(neverAligned);
      const written = await states.update(user, { settings: { batch: 2 } });
      written.settings["batch"] = 3;
      expect((await states.get(user)).settings).toEqual({ batch: 2 });
    });

    it("stores texts that some stores refuse", async () => {
      const states = await create();
      const user = newUser();
      await states.update(user, { error: { code: "c", message: "no\0 \ud800" } });
      expect((await states.get(user)).error?.message).toBe("no \ufffd");
    });
  });
}
