import { describe, expect, it } from "vitest";
import { createPersonaAgent } from "../../src/app/create-persona-agent.js";
import { initialPersona } from "../../src/domain/persona/persona-checkpoint.js";
import { turnAt } from "../support/users/episodes.js";

describe("restate", () => {
  it("takes the user's words as an interaction and as the statement's evidence, and keeps what held", async () => {
    const agent = createPersonaAgent();
    await agent.remember("ada", { query: "I love thrillers." });
    await agent.buildProfile("ada");
    const before = await agent.profile("ada");
    const [first] = before?.statements ?? [];
    const after = await agent.restate("ada", {
      statement: first?.text ?? "",
      text: " I love \n comedies. ",
    });
    const [latest] = await agent.list("ada", { limit: 1 });
    const source = { id: latest?.id, query: "I love comedies.", answer: null, at: latest?.at };
    expect(after.version).toBe((before?.version ?? 0) + 1);
    expect(after.statements).toEqual([
      {
        text: "I love comedies.",
        since: latest?.at,
        sources: [source],
        replaces: [{ text: first?.text, sources: first?.sources }],
      },
      ...(before?.statements.slice(1) ?? []),
    ]);
    expect(await agent.profile("ada")).toEqual(after);

    // What was said is gone with the interaction that says it.
    await agent.forget("ada", latest?.id ?? "");
    const texts = (await agent.profile("ada"))?.statements.map(({ text }) => text);
    expect(texts).not.toContain("I love comedies.");
  });

  it("writes nothing where the profile has no such statement, or there are no words", async () => {
    const agent = createPersonaAgent();
    await agent.remember("ada", { query: "I love thrillers." });
    const restate = (statement: string, text: string) => agent.restate("ada", { statement, text });
    await expect(restate("Sings.", "I dance.")).rejects.toMatchObject({ code: "config-invalid" });
    await agent.buildProfile("ada");
    const { text = "" } = (await agent.profile("ada"))?.statements[0] ?? {};
    const refused = { code: "config-message-invalid" };
    await expect(restate(text, " ")).rejects.toMatchObject(refused);
    await expect(restate(text, "a".repeat(401))).rejects.toMatchObject(refused);
    expect(await agent.list("ada")).toHaveLength(1);
    expect((await agent.profile("ada"))?.version).toBe(1);
  });
});

describe("log", () => {
  it("gives a page at a time, as it gives all", async () => {
    const agent = createPersonaAgent();
    const episode = turnAt(1, "Which film?", { groundTruth: "The heist." });
    await agent.memory.episodes.addMany("ada", [episode]);
    let parent = initialPersona;
    for (let n = 1; n <= 5; n += 1)
      parent = await agent.memory.personas.append("ada", {
        at: `2026-02-0${n}T00:00:00.000Z`,
        author: "person",
        status: "active",
        lines: [{ text: `Names ${n} films.`, tool: null, evidence: [episode.id] }],
        reason: "A person wrote it.",
        parent,
      });
    const all = await agent.log("ada");
    expect(all.map(({ version, head }) => [version, head])).toEqual([
      [0, false],
      [1, false],
      [2, false],
      [3, false],
      [4, false],
      [5, true],
    ]);
    expect(await agent.log("ada", { limit: 2 })).toEqual(all.slice(4));
    expect(await agent.log("ada", { limit: 2, before: all[4]?.id })).toEqual(all.slice(2, 4));
    expect(await agent.log("ada", { before: all[1]?.id })).toEqual(all.slice(0, 1));
  });
});

it("persona says of each line since when it stands there, through versions that keep it", async () => {
  const agent = createPersonaAgent();
  const episode = turnAt(1, "Which film?", { groundTruth: "The heist." });
  await agent.memory.episodes.addMany("ada", [episode]);
  const texts = [["a"], ["a", "b"], ["b"], ["a", "b", "c"]];
  let parent = initialPersona;
  for (const [n, words] of texts.entries())
    parent = await agent.memory.personas.append("ada", {
      at: `2026-02-0${n + 1}T00:00:00.000Z`,
      author: "person",
      status: "active",
      lines: words.map((text) => ({ text, tool: null, evidence: [episode.id] })),
      reason: "A person wrote it.",
      parent,
    });
  const { lines } = await agent.persona("ada");
  expect(lines.map(({ text, since }) => [text, since])).toEqual([
    ["a", { version: 4, at: "2026-02-04T00:00:00.000Z" }],
    ["b", { version: 2, at: "2026-02-02T00:00:00.000Z" }],
    ["c", { version: 4, at: "2026-02-04T00:00:00.000Z" }],
  ]);
});
