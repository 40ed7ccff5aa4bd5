import { describe, expect, it } from "vitest";
import { createPersonaAgent } from "../../../src/app/create-persona-agent.js";
import { commandLineOf } from "../../support/processes/command-line.js";
import { minuteAt, turnAt } from "../../support/users/episodes.js";

const agent = createPersonaAgent();
const run = commandLineOf(agent);

describe("profile", () => {
  it("shows what holds and what held before, with the sources of both", async () => {
    const paris = turnAt(1, "I live in Paris.");
    const lyon = turnAt(2, "Which city?", { groundTruth: "Lyon" });
    await agent.memory.episodes.addMany("ada", [paris, lyon]);
    await agent.memory.profiles.append("ada", {
      at: minuteAt(3),
      statements: [
        {
          text: "Lives in Lyon.",
          evidence: [lyon.id],
          replaces: [{ text: "Lives in Paris.", evidence: [paris.id] }],
        },
      ],
      lastEpisodeId: lyon.id,
      episodeCount: 2,
      model: "test",
    });
    const { out } = await run(["profile", "--user", "ada"]);
    expect(out).toBe(
      [
        "version 1, drawn 2025-01-01 00:03 (UTC)",
        "- Lives in Lyon.",
        `    ${lyon.id}  2025-01-01  Which city?  → Lyon`,
        "  - before: Lives in Paris.",
        `      ${paris.id}  2025-01-01  I live in Paris.`,
        "",
      ].join("\n"),
    );
    const json = await run(["profile", "--user", "ada", "--json"]);
    expect(JSON.parse(json.out)).toEqual({
      version: 1,
      at: minuteAt(3),
      statements: [
        {
          text: "Lives in Lyon.",
          since: minuteAt(3),
          sources: [{ id: lyon.id, at: lyon.at, query: lyon.query, answer: "Lyon" }],
          replaces: [
            {
              text: "Lives in Paris.",
              sources: [{ id: paris.id, at: paris.at, query: paris.query, answer: null }],
            },
          ],
        },
      ],
    });
  });

  it("says so when there is none", async () => {
    expect(await run(["profile", "--user", "bo"])).toMatchObject({
      code: 0,
      out: 'No memory of user "bo".\n',
    });
    expect((await run(["profile", "--user", "bo", "--json"])).out).toBe("null\n");
  });
});
