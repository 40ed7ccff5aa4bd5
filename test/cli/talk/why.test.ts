import { MemorySaver } from "@langchain/langgraph-checkpoint";
import { expect, it } from "vitest";
import { createPersonaAgent } from "../../../src/index.js";
import { initialPersona } from "../../../src/domain/persona/persona-checkpoint.js";
import { commandLineOf } from "../../support/processes/command-line.js";
import { turnAt } from "../../support/users/episodes.js";

const long = `I never eat mushrooms, ${"not raw and not fried, ".repeat(12)}and not on a pizza.`;
const liked = turnAt(2, "Which tea?", { groundTruth: "The green one." });

async function known() {
  const agent = createPersonaAgent({
    instructions: "Be formal.",
    checkpointer: new MemorySaver(),
  });
  const { episodes, profiles, personas } = agent.memory;
  await episodes.addMany("ada", [turnAt(1, long, { response: "Noted." }), liked]);
  await profiles.append("ada", {
    at: "2026-01-01T00:00:00.000Z",
    statements: [{ text: "Avoids mushrooms.", evidence: [turnAt(1, long).id], replaces: [] }],
    lastEpisodeId: liked.id,
    episodeCount: 2,
    model: "offline",
  });
  await personas.append("ada", {
    parent: initialPersona,
    status: "active",
    author: "person",
    at: "2026-01-02T00:00:00.000Z",
    lines: [{ text: "Prefers green tea.", tool: null, evidence: [liked.id] }],
    paperSystemPrompt: null,
    reason: "Planted.",
    alignment: null,
  });
  return { agent, run: commandLineOf(agent) };
}

it("ask --why shows what the answer was made from, each text whole", async () => {
  const { run, agent } = await known();
  const { code, out } = await run(["ask", "--user", "ada", "--why", "Do I eat mushrooms?"]);
  expect(code).toBe(0);
  const flat = out.replaceAll(/\s+/g, " ");
  expect(flat).toContain(long);
  expect(flat).toMatch(/score [\d.]+, by words: eat, mushrooms /);
  expect(flat).toContain("true answer: The green one.");
  expect(flat).toContain("Profile in the prompt: - Avoids mushrooms.");
  expect(flat).toContain("Learned lines: - Prefers green tea.");

  const json = await run(["ask", "--user", "ada", "--why", "Do I eat mushrooms?", "--json"]);
  const { why, recalled } = JSON.parse(json.out) as Record<string, never>;
  expect(why).toMatchObject({
    recalled: expect.arrayContaining([expect.objectContaining({ query: long })]),
    lines: [{ text: "Prefers green tea.", tool: null }],
  });
  const turn = await agent.ask("ada", "Do I eat mushrooms?", { why: true });
  expect(turn.why?.recalled.map(({ id }) => id)).toEqual(turn.recalled.map(({ id }) => id));
  expect((await agent.ask("ada", "Which tea?")).why).toBeUndefined();
  expect(recalled).toBeDefined();
});

it("memory show prints one interaction whole, and knows no other user's", async () => {
  const { run } = await known();
  const { id } = turnAt(1, long);
  const shown = await run(["memory", "show", "--user", "ada", id]);
  expect(shown.out.replaceAll(/\s+/g, " ")).toContain(long);
  const json = await run(["memory", "show", "--user", "ada", liked.id, "--json"]);
  expect(JSON.parse(json.out)).toMatchObject({ query: "Which tea?", answer: "The green one." });
  expect(await run(["memory", "show", "--user", "bob", id])).toMatchObject({
    code: 1,
    err: expect.stringContaining(
      "expected the id of one of theirs, as a list of them (`list`) gives it",
    ),
  });
});

it("persona show prints instructions, statements and lines, each with the user's own words", async () => {
  const { run } = await known();
  const { out } = await run(["persona", "show", "--user", "ada"]);
  const flat = out.replaceAll(/\s+/g, " ");
  expect(flat).toContain("instructions Be formal.");
  expect(flat).toMatch(new RegExp(`- Avoids mushrooms\\. \\w+ 2025-01-01 ${long}`));
  expect(flat).toMatch(/- Prefers green tea\. \w+ 2025-01-01 Which tea\? → The green one\./);
  const json = await run(["persona", "show", "--user", "ada", "--json"]);
  expect(JSON.parse(json.out)).toMatchObject({
    instructions: "Be formal.",
    version: 1,
    lines: [{ text: "Prefers green tea.", sources: [{ id: liked.id, answer: "The green one." }] }],
  });
  expect((await run(["persona", "show", "--user", "nobody"])).out).toBe(
    'No memory of user "nobody".\n',
  );
});
