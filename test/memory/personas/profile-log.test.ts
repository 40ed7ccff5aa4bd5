import { InMemoryStore } from "@langchain/langgraph-checkpoint";
import { expect, it, vi } from "vitest";
import { userKey } from "../../../src/domain/user-id.js";
import { userNamespaces } from "../../../src/memory/namespaces.js";
import { createProfileLog } from "../../../src/memory/personas/profile-log.js";
import { createStoreAccess } from "../../../src/memory/store-access.js";
import { minuteAt } from "../../support/users/episodes.js";

const profile = (text: string) => ({
  at: minuteAt(1),
  statements: [{ text, evidence: ["e1"], replaces: [] }],
  lastEpisodeId: null,
  episodeCount: 1,
  model: "offline",
});

it("reads the latest profile without its log, and finds it in the log of an earlier build", async () => {
  const store = new InMemoryStore();
  const access = createStoreAccess(store);
  const log = createProfileLog(access);
  await log.append("ada", profile("Likes tea."));
  const latest = await log.append("ada", profile("Likes coffee."));
  const { profiles, latestprofile } = userNamespaces(userKey("ada"));
  const scan = vi.spyOn(access, "scan");
  expect(await log.current("ada")).toEqual(latest);
  expect(scan.mock.calls.map(([namespace]) => namespace)).not.toContainEqual(profiles);

  await store.delete([...latestprofile], "profile");
  expect(await log.current("ada")).toEqual(latest);
  await log.append("ada", profile("Likes water."));
  expect((await log.current("ada"))?.statements[0]?.text).toBe("Likes water.");
});
