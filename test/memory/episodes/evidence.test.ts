import { describe, expect, it } from "vitest";
import type { Episode } from "../../../src/domain/episode.js";
import { onlyUsersOwn, withUsersWord } from "../../../src/memory/episodes/evidence.js";
import { agentUnderTest } from "../../support/agents/agent-under-test.js";
import { minuteAt, turnAt } from "../../support/users/episodes.js";

const say = (n: number, change: Partial<Episode> = {}) => turnAt(n, `I drink tea ${n}.`, change);
const feedbackOf = (
  author: string,
  inferred: NonNullable<Episode["feedback"]>["inferred"] = null,
) => ({ kind: "answer", author, at: minuteAt(30), reason: null, inferred }) as const;

async function memoryWith(episodes: readonly Episode[]) {
  const { memory } = agentUnderTest([]);
  await memory.episodes.addMany("ada", episodes);
  return memory.episodes;
}

describe("memory as learning reads it", () => {
  it("has no foreign items, and does not end at a page of them", async () => {
    const foreign = [4, 5, 6, 7].map((n) => say(n, { source: "foreign" }));
    const own = [0, 1, 2, 3].map((n) => say(n));
    const episodes = onlyUsersOwn(await memoryWith([...own, ...foreign]));
    const ids = own.map(({ id }) => id).toReversed();
    expect((await episodes.list("ada", { limit: 2 })).map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect((await episodes.latest("ada", 8)).map(({ id }) => id)).toEqual(ids);
    const { recalled } = await episodes.similar("ada", "I drink tea 5.", 8);
    expect(recalled.map(({ episode }) => episode.source)).not.toContain("foreign");
    expect(recalled.length).toBeGreaterThan(0);
    expect(await episodes.get("ada", foreign[0]?.id ?? "")).toBeNull();
    expect(await episodes.get("ada", ids[0] ?? "")).not.toBeNull();
  });

  it("ends where there are only foreign items", async () => {
    const episodes = onlyUsersOwn(
      await memoryWith([1, 2, 3].map((n) => say(n, { source: "foreign" }))),
    );
    expect(await episodes.list("ada", { limit: 2 })).toEqual([]);
  });
});

describe("memory as a turn reads it", () => {
  it("leaves out what authors say who do not count", async () => {
    const stored = await memoryWith([
      say(0, { groundTruth: "mate", feedback: feedbackOf("mallory") }),
      say(1, { groundTruth: "tea", feedback: feedbackOf("ada") }),
      say(2, { groundTruth: "tea", feedback: feedbackOf("support") }),
      say(3, { groundTruth: "tea", feedback: feedbackOf("x", { episodeId: "y", confidence: 1 }) }),
      say(4, { groundTruth: "tea", source: "import" }),
    ]);
    const episodes = withUsersWord(stored, (author) => author === "support");
    const answers = ["tea", "tea", "tea", "tea", null];
    const answersOf = (all: readonly Episode[]) => all.map(({ groundTruth }) => groundTruth);
    expect(answersOf(await episodes.list("ada"))).toEqual(answers);
    expect(answersOf(await episodes.latest("ada", 8))).toEqual(answers);
    const { recalled } = await episodes.similar("ada", "I drink tea 0.", 8);
    expect(answersOf(recalled.map(({ episode }) => episode))).not.toContain("mate");
    const [first = ""] = (await stored.list("ada")).map(({ id }) => id).toReversed();
    expect(await episodes.get("ada", first)).toMatchObject({ groundTruth: null, feedback: null });
    expect(await stored.get("ada", first)).toMatchObject({ groundTruth: "mate" });
  });
});

describe("an item of others", () => {
  const query = "The offer ends today.";

  it("comes in by a list, and is foreign when it is marked later", async () => {
    const { import: bring, list, show } = agentUnderTest([]);
    const at = "2026-04-01T10:00:00Z";
    await bring([{ user: "ada", query, at }], { profiles: false });
    const [{ id } = { id: "" }] = await list("ada");
    expect((await show("ada", id)).source).toBe("import");
    for (const foreign of ["yes", "false"])
      await bring([{ user: "ada", query, at, foreign }], { profiles: false });
    expect((await show("ada", id)).source).toBe("foreign");
    expect(await list("ada")).toHaveLength(1);
  });

  it("has no true answer, and says clearly whose it is", async () => {
    const { import: bring, remember } = agentUnderTest([]);
    const items = [
      { user: "ada", query, foreign: true, answer: "yes" },
      { user: "ada", query, foreign: "perhaps" },
    ];
    const { skipped, episodes } = await bring(items, { profiles: false });
    expect(episodes).toBe(0);
    expect(skipped.map(({ reason }) => reason)).toEqual([
      expect.stringContaining("foreign is true and there is an answer"),
      expect.stringContaining("foreign is unclear; expected true or false"),
    ]);
    await expect(remember("ada", { query, foreign: true, answer: "yes" })).rejects.toMatchObject({
      code: "config-invalid",
    });
    expect(await remember("ada", { query, foreign: true })).toMatchObject({ source: "foreign" });
  });
});
