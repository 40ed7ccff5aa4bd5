import { describe, expect, it } from "vitest";
import { initialPersona } from "../../src/domain/persona/persona-checkpoint.js";
import { agentUnderTest } from "../support/agents/agent-under-test.js";
import { answeredBefore } from "../support/users/answered-before.js";
import { minuteAt, turnAt } from "../support/users/episodes.js";
import { taggedTurn, untaggedTurn } from "../support/users/planted-versions.js";

type Agent = ReturnType<typeof agentUnderTest>;
type Given = Parameters<Agent["feedback"]>[1];

const range = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n);

describe("feedback on an episode", () => {
  it("is stored with the episode, and the answer can be found by recall", async () => {
    const agent = agentUnderTest(["Luigi's."]);
    const { episodeId } = await agent.ask("ada", "Where shall I eat?");
    const given: Given = { episodeId: episodeId ?? "", kind: "answer", text: "At Greta's." };
    const result = await agent.feedback("ada", given);
    expect(result).toEqual({
      episode: episodeId,
      outcome: "recorded",
      answer: "At Greta's.",
      answerKind: "open",
      previous: null,
      alignment: { newAnswers: 1, due: false },
      rollback: null,
      degraded: [],
    });
    expect(await agent.memory.episodes.get("ada", episodeId ?? "")).toMatchObject({
      response: "Luigi's.",
      groundTruth: "At Greta's.",
      feedback: {
        kind: "answer",
        author: "ada",
        at: agent.clock.now().toISOString(),
        inferred: null,
      },
    });
    const { recalled } = await agent.memory.episodes.similar("ada", "Greta's", 1);
    expect(recalled[0]?.episode.id).toBe(episodeId);
  });

  it("replaces earlier feedback, and returns it", async () => {
    const agent = agentUnderTest(["Luigi's."]);
    const { episodeId } = await agent.ask("ada", "Where shall I eat?");
    const say = (given: Omit<Given, "episodeId">) =>
      agent.feedback("ada", { episodeId: episodeId ?? "", ...given });
    await say({ kind: "accept" });
    const at = agent.clock.now().toISOString();
    agent.clock.advanceDays(1);
    expect(await say({ kind: "reject", author: "a tester" })).toMatchObject({
      outcome: "replaced",
      previous: { kind: "accept", at, answer: "Luigi's." },
      answer: null,
      answerKind: "unanswered",
      alignment: { newAnswers: 0 },
    });
    expect(await agent.show("ada", episodeId ?? "")).toMatchObject({
      answer: null,
      feedback: { kind: "reject", author: "a tester" },
    });
    expect(await say({ kind: "edit", text: "At home." })).toMatchObject({
      outcome: "replaced",
      answer: "At home.",
      alignment: { newAnswers: 1 },
    });
  });

  it("is stored once when it comes twenty times at once", async () => {
    const agent = agentUnderTest(["Luigi's."]);
    const { episodeId } = await agent.ask("ada", "Where shall I eat?");
    const given: Given = { episodeId: episodeId ?? "", kind: "edit", text: "At home." };
    const results = await Promise.all(
      Array.from({ length: 20 }, () => agent.feedback("ada", given)),
    );
    const outcomes = results.map(({ outcome }) => outcome).toSorted();
    expect(outcomes).toEqual(["recorded", ...Array.from({ length: 19 }, () => "unchanged")]);
    expect(await agent.memory.episodes.list("ada")).toHaveLength(1);
  });

  it("gives the same error for another user's episode as for a missing one, and does not change it", async () => {
    const agent = agentUnderTest(["Luigi's."]);
    const { episodeId } = await agent.ask("ada", "Where shall I eat?");
    const bobs: Given = { episodeId: episodeId ?? "", kind: "reject" };
    const foreign = await agent.feedback("bob", bobs).catch((error: unknown) => error);
    await agent.memory.episodes.delete("ada", bobs.episodeId);
    const none = await agent.feedback("bob", bobs).catch((error: unknown) => error);
    expect(foreign).toMatchObject({ code: "config-episode-unknown" });
    expect(String(foreign)).toBe(String(none));
  });

  it.each([
    [{ kind: "answer" }, "config-message-invalid", "The true answer is empty"],
    [{ kind: "applaud" }, "config-invalid", "The feedback's kind is"],
    [{ episodeId: "" }, "config-invalid", "No episode was named"],
    [{ episodeId: "no id" }, "config-episode-unknown", 'no interaction "no id"'],
    [{ settings: { alignAfter: 0 } }, "config-invalid", "The setting alignAfter is not valid"],
  ])("refuses %j in one line, and writes nothing", async (change, code, part) => {
    const agent = agentUnderTest(["Luigi's."]);
    const { episodeId } = await agent.ask("ada", "Where shall I eat?");
    const before = await agent.memory.episodes.list("ada");
    const given = { episodeId: episodeId ?? "", kind: "reject", ...change } as Given;
    const error: unknown = await agent.feedback("ada", given).catch((refused: unknown) => refused);
    expect(error).toMatchObject({ code, message: expect.stringContaining(part) });
    expect(error).toMatchObject({ message: expect.stringMatching(/^[^\n]+$/) });
    expect(await agent.memory.episodes.list("ada")).toEqual(before);
  });

  it("is rejected by the graph itself where the library rejects it", async () => {
    const agent = agentUnderTest(["Luigi's."]);
    const { episodeId } = await agent.ask("ada", "Where shall I eat?");
    const context = { userId: "ada" };
    const run = (given: Record<string, unknown>, who: Record<string, unknown> = context) =>
      agent.feedbackGraph.invoke({ episodeId, ...given }, { context: who });
    await expect(run({ kind: 5 })).rejects.toMatchObject({ code: "config-invalid" });
    await expect(run({ kind: "accept" }, {})).rejects.toMatchObject({
      code: "config-user-invalid",
    });
    expect(await run({ kind: "accept" })).toMatchObject({ outcome: "recorded", degraded: [] });
  });

  it("leaves no user id in the graph's state", async () => {
    const agent = agentUnderTest(["Luigi's."]);
    const { episodeId } = await agent.ask("ada@example.org", "Where shall I eat?");
    const context = { userId: "ada@example.org" };
    const run = (kind: string) => agent.feedbackGraph.invoke({ episodeId, kind }, { context });
    await run("accept");
    const state = await run("reject");
    expect(state).toMatchObject({ previous: { kind: "accept" } });
    expect(JSON.stringify(state)).not.toContain("ada@example.org");
  });

  it("requests an alignment when there are enough true answers", async () => {
    const asked: string[] = [];
    const agent = agentUnderTest(["One.", "Two."], {
      requestAlignment: async (userId) => void asked.push(userId),
    });
    await answeredBefore(agent);
    const settings = { alignAfter: 2 };
    for (const question of ["First?", "Second?"]) {
      const { episodeId } = await agent.ask("ada", question);
      await agent.feedback("ada", { episodeId: episodeId ?? "", kind: "accept", settings });
    }
    expect(asked).toEqual(["ada"]);
  });

  it("is stored while the index is unavailable", async () => {
    const agent = agentUnderTest(["Luigi's."]);
    const { episodeId } = await agent.ask("ada", "Where shall I eat?");
    agent.index.isDown = true;
    expect(
      await agent.feedback("ada", { episodeId: episodeId ?? "", kind: "accept" }),
    ).toMatchObject({ outcome: "recorded", degraded: ["index-unavailable"] });
  });
});

/** Version 1 over version 0, which was right on 24 of 32 questions. */
async function planted(author: "alignment" | "person" = "alignment") {
  const agent = agentUnderTest([]);
  const { episodes, personas } = agent.memory;
  const version1 = await personas.append("ada", {
    parent: initialPersona,
    at: minuteAt(100),
    author,
    status: "active",
    lines: [{ text: "Likes action.", tool: null, evidence: ["e1"] }],
    reason: "learned",
  });
  await episodes.addMany(
    "ada",
    range(0, 32).map((n) => taggedTurn(n, 0, n % 4 > 0)),
  );
  await episodes.addMany(
    "ada",
    range(100, 40).map((n) => untaggedTurn(n, 1, "action")),
  );
  const tell = (n: number, isRight: boolean) =>
    agent.feedback("ada", {
      episodeId: untaggedTurn(n, 1, "action").id,
      kind: "answer",
      text: isRight ? "action" : "comedy",
    });
  return { ...agent, version1, tell };
}

describe("a version that does worse than its parent", () => {
  it.each(["alignment", "person"] as const)(
    "of %s is taken back once enough answers say so, with the numbers",
    async (author) => {
      const { tell, version1, memory } = await planted(author);
      const results = [];
      for (const n of range(100, 12)) results.push(await tell(n, false));
      const place = results.findIndex(({ rollback }) => rollback !== null);
      expect(place).toBeGreaterThanOrEqual(7);
      const rollback = await memory.personas.head("ada");
      expect(results[place]?.rollback).toEqual({ version: 2, reason: rollback.reason });
      expect(rollback).toMatchObject({
        version: 2,
        parentId: version1.id,
        author: "rollback",
        status: "active",
        lines: [],
        paperSystemPrompt: null,
        rollback: { of: 1, to: 0, headMean: 0, headItems: place + 1, parentMean: 0.75 },
      });
      expect(rollback.reason).toMatch(
        /^Back to version 0: version 1 scored 0 on \d+ answers, version 0 0\.75 on 32; p [\d.e-]+\.$/,
      );
    },
  );

  it("is rolled back once: the version that replaces it stays", async () => {
    const { tell, memory } = await planted();
    for (const n of range(100, 30)) await tell(n, false);
    const restored = await memory.personas.head("ada");
    expect(restored.version).toBe(2);
    await memory.episodes.addMany(
      "ada",
      range(200, 30).map((n) => taggedTurn(n, 2, false)),
    );
    expect((await tell(130, false)).rollback).toBeNull();
    expect(await memory.personas.history("ada")).toHaveLength(3);
  });

  it("restores the lines and the text of a parent that had some", async () => {
    const { memory, feedback, version1 } = await planted();
    const lines = [{ text: "Likes drama.", tool: null, evidence: ["e2"] }];
    const parent = await memory.personas.append("ada", {
      parent: version1,
      at: minuteAt(150),
      author: "person",
      status: "active",
      lines,
      paperSystemPrompt: "You are an assistant.",
      reason: "edited",
    });
    await memory.personas.append("ada", {
      parent,
      at: minuteAt(200),
      author: "alignment",
      status: "active",
      lines: [],
      reason: "learned",
    });
    await memory.episodes.addMany("ada", [
      ...range(150, 40).map((n) => taggedTurn(n, 2, true)),
      ...range(200, 20).map((n) => taggedTurn(n, 3, false)),
    ]);
    const last = untaggedTurn(220, 3, "action");
    await memory.episodes.add("ada", last);
    const { rollback } = await feedback("ada", { episodeId: last.id, kind: "reject" });
    expect(rollback?.version).toBe(4);
    expect(await memory.personas.head("ada")).toMatchObject({
      version: 4,
      lines,
      paperSystemPrompt: "You are an assistant.",
      rollback: { of: 3, to: 2, headItems: 21 },
    });
  });

  it("stays if it is as good", async () => {
    const { tell, memory, version1 } = await planted();
    for (const n of range(100, 40)) await tell(n, n % 4 > 0);
    expect(await memory.personas.head("ada")).toEqual(version1);
  });

  it("is rolled back once by parallel and repeated runs", async () => {
    const { tell, memory } = await planted();
    for (const n of range(100, 7)) await tell(n, false);
    const results = await Promise.all(Array.from({ length: 20 }, () => tell(107, false)));
    expect(results.some(({ rollback }) => rollback !== null)).toBe(true);
    await tell(107, false);
    const written = await memory.personas.history("ada");
    expect(written.map(({ author }) => author)).toEqual(["initial", "alignment", "rollback"]);
  });

  it("does not fail the feedback when its log cannot be read, and says so", async () => {
    const { tell, store, memory } = await planted();
    for (const { namespace, key, value } of await store.search([], { limit: 1_000 }))
      if ("lines" in value) await store.put(namespace, key, { ...value, schemaVersion: 99 });
    const { outcome, degraded } = await tell(100, false);
    expect(outcome).toBe("recorded");
    expect(degraded).toEqual(["version-not-watched"]);
    const { id } = untaggedTurn(100, 1, "action");
    expect(await memory.episodes.get("ada", id)).toMatchObject({ groundTruth: "comedy" });
  });
});

describe("feedback on an episode that no agent answered", () => {
  it("may give the right answer, and cannot accept", async () => {
    const { memory, feedback } = agentUnderTest([]);
    const item = turnAt(1, "Which tea?", { response: null, personaVersion: null });
    await memory.episodes.add("ada", item);
    await expect(feedback("ada", { episodeId: item.id, kind: "accept" })).rejects.toMatchObject({
      code: "config-invalid",
    });
    expect(await memory.episodes.get("ada", item.id)).toEqual(item);
    const given: Given = { episodeId: item.id, kind: "answer", text: "green" };
    expect(await feedback("ada", given)).toMatchObject({ outcome: "recorded" });
  });
});
