import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemorySaver } from "@langchain/langgraph";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPersonaAgent } from "../../../src/app/create-persona-agent.js";
import { answerWarnings } from "../../../src/cli/output/answer-kinds.js";
import { commandLineOf } from "../../support/processes/command-line.js";

const agent = createPersonaAgent({ checkpointer: new MemorySaver() });
const run = commandLineOf(agent);
let folder: string;
let csv: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "persona-agent-import-command-"));
  csv = join(folder, "ratings.csv");
  const films = ["Heat", "Alien", "Ran", "Tampopo", "Playtime"];
  const rows = films.map((film, place) => `${film},${1 + (place % 2)},2024-05-0${place + 1}`);
  await writeFile(csv, `Title,Stars,Date\n${rows.join("\n")}\n`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const asIt = ["--as-user", "ines", "--question", "How many stars do I give {Title}?"];
const columns = ["--column", "answer=Stars", "--column", "at=Date"];

describe("import --dry-run", () => {
  it("shows the first three as they would be asked, how they are scored, and writes nothing", async () => {
    const flags = [...asIt, ...columns, "--scale", "1-5", "--dry-run"];
    const { code, out, err } = await run(["import", "--data", csv, ...flags]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toBe(`5 episodes of 1 user; nothing was written
  ines
  5 ratings
The first 3, as asked in an alignment:
  How many stars do I give Heat?
  Answer with a number from 1 to 5.
    → 1 (rating; ines 2024-05-01)
  How many stars do I give Alien?
  Answer with a number from 1 to 5.
    → 2 (rating; ines 2024-05-02)
  How many stars do I give Ran?
  Answer with a number from 1 to 5.
    → 1 (rating; ines 2024-05-03)
`);
    expect(await agent.memory.episodes.users()).toEqual([]);
  });

  it("warns of short answers whose questions name no options", async () => {
    const flags = [...asIt, ...columns, "--dry-run"];
    const { out } = await run(["import", "--data", csv, ...flags]);
    expect(out).toContain("  5 open\n! 5 true answers are short and recur (“1”, “2”)");
    expect(out).toContain('Import again with --scale 1-5, or --options "a|b".');
    const { out: json } = await run(["import", "--data", csv, ...flags, "--json"]);
    expect(JSON.parse(json)).toEqual({
      users: 1,
      userIds: ["ines"],
      episodes: 5,
      undated: 0,
      skipped: [],
      answers: {
        choices: 0,
        ratings: 0,
        open: 5,
        unanswered: 0,
        notAllowed: { count: 0, answers: [] },
        unlisted: { count: 5, answers: ["1", "2"] },
      },
      unread: [],
      first: Array.from({ length: 3 }, () => ({
        user: "ines",
        at: expect.any(String),
        question: expect.stringContaining("How many stars"),
        answer: expect.any(String),
        kind: "open",
      })),
    });
  });

  it("says how many have no date, and what then counts", async () => {
    const { out } = await run(["import", "--data", csv, ...asIt, "--dry-run"]);
    expect(out).toContain(
      "  ines\n  5 without a true answer\n  No date: the order of the data counts\n",
    );
    const some = join(folder, "some.csv");
    await writeFile(some, "user,query,at\nines,What is on?,2024-05-01\nines,And then?,\n");
    const { out: other } = await run(["import", "--data", some, "--dry-run"]);
    expect(other).toContain(
      "  1 without a date: they count as the oldest, in the order of the data",
    );
  });

  it("names answers that are not among the options", async () => {
    const flags = [...asIt, ...columns, "--options", "1|3", "--dry-run"];
    const { out } = await run(["import", "--data", csv, ...flags]);
    expect(out).toContain("5 ratings");
    const outside = [...asIt, ...columns, "--options", "one|two", "--dry-run"];
    const { out: other } = await run(["import", "--data", csv, ...outside]);
    expect(other).toContain("! 5 true answers are none that their questions allow (“1”, “2”)");
    const none = { count: 0, answers: [] };
    const one = { choices: 1, ratings: 0, open: 0, unanswered: 0, unlisted: none };
    expect(answerWarnings({ ...one, notAllowed: { count: 1, answers: ["9"] } })).toEqual([
      "1 true answer is none that its question allows (“9”): an alignment would compare it as open text. Check options and scale.",
    ]);
  });
});

describe("import", () => {
  it("refuses options that it cannot read in one line each", async () => {
    const refused = [
      [["--scale", "5-1"], "--scale has the wrong form"],
      [["--options", "one"], "--options has the wrong form"],
      [["--options", "a|b", "--scale", "1-5"], "--options and scale are both given"],
      [["--column", "stars=Stars"], "The fields are user, query, answer"],
      [["--as-user", "a:b"], "holds a character that is not allowed"],
      [["--column", "answer=Nothing"], 'no column "Nothing"'],
    ] as const;
    for (const [flags, part] of refused) {
      const { code, out, err } = await run(["import", "--data", csv, ...flags]);
      expect({ code, out }).toEqual({ code: 1, out: "" });
      expect(err).toContain(part);
      expect(err.trim()).not.toContain("\n");
    }
  });

  it("keeps the scale, which an alignment then asks and scores by", async () => {
    const flags = [...asIt, ...columns, "--scale", "1-5", "--no-profile"];
    const { code, out } = await run(["import", "--data", csv, ...flags]);
    expect(code).toBe(0);
    expect(out).toContain("5 ratings");
    const [latest] = await agent.memory.episodes.list("ines");
    expect(latest).toMatchObject({
      query: "How many stars do I give Playtime?",
      scale: { least: 1, greatest: 5 },
      options: null,
    });
  });

  it("has an alignment warn before it asks anything", async () => {
    await run(["import", "--data", csv, "--as-user", "bo", ...asIt.slice(2), ...columns]);
    const small = ["--batch", "5", "--holdout", "8", "--iterations", "1", "--no-validation"];
    const { err } = await run(["align", "--user", "bo", ...small]);
    expect(err).toContain("true answers are short and recur");
    const { err: rated } = await run(["align", "--user", "ines", ...small]);
    expect(rated).toBe("");
    const { out: status } = await run(["status", "--user", "ines"]);
    expect(status).toMatch(/^answers +5 ratings$/m);
    expect((await run(["status", "--user", "bo"])).out).toContain("! 5 true answers are short");
  });
});
