import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemorySaver } from "@langchain/langgraph";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPersonaAgent } from "../../../src/app/create-persona-agent.js";
import { initialPersona } from "../../../src/domain/persona/persona-checkpoint.js";
import { commandLineOf } from "../../support/processes/command-line.js";
import { minuteAt, turnAt } from "../../support/users/episodes.js";

let folder: string;
const run = commandLineOf(createPersonaAgent({ checkpointer: new MemorySaver() }));

async function listed(user: string): Promise<{ id: string; query: string; answer: string }[]> {
  return JSON.parse((await run(["memory", "list", "--user", user, "--json"])).out) as never;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "persona-agent-commands-"));
  const data = join(folder, "histories.jsonl");
  const lines = [
    { user: "ada", query: "Tea or coffee?", answer: "tea", at: "2024-05-01" },
    { user: "ada", query: "Sea or \u001b[31mhills?", answer: "hills", at: "2024-06-01" },
    { user: "ada", query: "A mountain hut or a hotel?", answer: "the hut" },
  ];
  await writeFile(data, [...lines.map((line) => JSON.stringify(line)), "{"].join("\n"));
  const imported = await run(["import", "--data", data]);
  expect(imported).toMatchObject({ code: 0, err: "" });
  expect(imported.out).toMatch(/3 episodes of 1 user in memory .*\n {2}ada\n/);
  expect(imported.out).toContain("line 4 not valid JSON");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("memory", () => {
  it("lists the newest first, for a program and for a person", async () => {
    expect((await listed("ada")).map(({ answer }) => answer)).toEqual(["hills", "tea", "the hut"]);
    expect(await listed("nobody")).toEqual([]);
    const { out } = await run(["memory", "list", "--user", "ada", "--limit", "2"]);
    expect(out.split("\n").map((line) => line.slice(28))).toEqual([
      // What would change the terminal's colour is not printed.
      "2024-06-01  Sea or [31mhills?  → hills",
      "2024-05-01  Tea or coffee?  → tea",
      "",
    ]);
  });

  it("searches one user's memory", async () => {
    const words = ["memory", "search", "--user", "ada", "--limit", "1", "--json"];
    const { out } = await run([...words, "hotel", "or", "hut"]);
    expect(JSON.parse(out)).toEqual([
      {
        id: expect.any(String),
        at: null,
        query: "A mountain hut or a hotel?",
        response: null,
        answer: "the hut",
        options: null,
        scale: null,
        rejected: false,
        reason: null,
        inferred: null,
        score: expect.any(Number),
      },
    ]);
  });

  it("says when nothing has a word of the text that is searched for", async () => {
    const search = async (text: string) =>
      (await run(["memory", "search", "--user", "ada", text])).out;
    expect(await search("quantum physics")).toMatch(
      /^No interaction has a word of this text; .+:\n/,
    );
    expect(await search("hotels")).not.toContain("No interaction");
  });

  it("deletes one episode, and says so when there is none", async () => {
    const id = (await listed("ada")).find(({ answer }) => answer === "tea")?.id ?? "";
    expect(await run(["memory", "delete", "--user", "ada", id, "--json"])).toEqual({
      code: 0,
      out: `{"deleted":"${id}","statements":0,"lines":0,"responses":[],"sameIn":[]}\n`,
      err: "",
    });
    expect(await listed("ada")).toHaveLength(2);
    const again = await run(["memory", "delete", "--user", "ada", id, "--json"]);
    expect(again.code).toBe(1);
    expect(JSON.parse(again.out)).toHaveProperty("error.code", "config-episode-unknown");
  });

  it("says what a deletion took along, and who says the same", async () => {
    const agent = createPersonaAgent();
    const { episodes, profiles, personas } = agent.memory;
    const said = (n: number, response: string) => turnAt(n, "I never eat mushrooms.", { response });
    const [first, second] = [said(1, "Noted."), said(2, "No mushrooms, then.")];
    await episodes.addMany("eve", [first, second]);
    const part = { text: "Eats no mushrooms.", evidence: [first.id] };
    const at = minuteAt(5);
    const counted = { lastEpisodeId: second.id, episodeCount: 2, model: "m" };
    await profiles.append("eve", { at, statements: [{ ...part, replaces: [] }], ...counted });
    const made = { at, author: "person", status: "active", reason: "By hand." } as const;
    const lines = [{ ...part, tool: null }];
    await personas.append("eve", { parent: initialPersona, lines, ...made });
    const remove = (id: string) => commandLineOf(agent)(["memory", "delete", "--user", "eve", id]);
    expect((await remove(first.id)).out).toBe(
      `Deleted ${first.id}.\nWith it went 1 statement, 1 learned line.\nInteractions that may say the same, and stay: ${second.id}. Delete what is to be forgotten too.\n`,
    );
    expect((await remove(second.id)).out).toBe(`Deleted ${second.id}.\n`);
  });
});

describe("locale", () => {
  it("is shown, set and removed, and refused in one line", async () => {
    const locale = (...words: string[]) => run(["locale", "--user", "ada", ...words]);
    expect((await locale()).out).toBe(
      "time zone  not set: UTC\nlanguage   not set: that of the question\n",
    );
    await locale("--time-zone", "Europe/Paris", "--language", "fr");
    expect(JSON.parse((await locale("--time-zone", "", "--json")).out)).toEqual({
      user: "ada",
      timeZone: null,
      language: "fr",
    });
    const refused = await locale("--time-zone", "Mars/Base", "--language", "de");
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("IANA time zone") });
    const unknown = await locale("--language", "xx");
    expect(unknown.code).toBe(1);
    expect(unknown.err).toMatch(
      /^persona-agent: [^\n]*language: no language is known by this code[^\n]*\n$/,
    );
    expect((await locale()).out).toContain("language   fr");
  });
});

describe("feedback", () => {
  it("is recorded, replaced, and recognised when repeated, for a program and for a person", async () => {
    await run(["ask", "--user", "fay", "--json", "I like tea."]);
    const id = (await listed("fay"))[0]?.id ?? "";
    const say = (...words: string[]) => run(["feedback", "--user", "fay", id, ...words]);
    const recorded = await say("--answer", "green tea", "--json");
    expect(recorded).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(recorded.out)).toEqual({
      episode: id,
      outcome: "recorded",
      answer: "green tea",
      answerKind: "open",
      previous: null,
      alignment: { newAnswers: 1, due: false },
      rollback: null,
      degraded: [],
    });
    expect(await say("--answer", "green tea")).toMatchObject({
      code: 0,
      out: `${id} has this feedback already.\n1 true answer since the last alignment.\n`,
    });
    const why = ["--reason", "Too bitter."];
    const replaced = await say("--reject", "--author", "a tester", ...why, "--json");
    expect(JSON.parse(replaced.out)).toMatchObject({
      outcome: "replaced",
      answer: "green tea",
      previous: { kind: "answer", answer: "green tea" },
    });
    expect((await listed("fay"))[0]).toMatchObject({
      answer: "green tea",
      options: null,
      scale: null,
      rejected: true,
      reason: "Too bitter.",
    });
    const shown = (await run(["memory", "list", "--user", "fay"])).out;
    expect(shown).toContain("→ green tea (rejected: Too bitter.)");
    const again = await say("--edit", "black tea");
    expect(again.out).toMatch(
      /^Recorded for \w+, in place of reject \(Too bitter\.\) of [\d-]{10}\.\n/,
    );
    const last = await say("--answer", "white tea");
    expect(last.out).toMatch(/^Recorded for \w+, in place of edit “black tea” of [\d-]{10}\.\n/);
    expect(await say("--accept", ...why)).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /kind accept came with a reason; expected one with edit and reject/,
      ),
    });
  });

  it("says so when the user has no such episode", async () => {
    const { code, out } = await run(["feedback", "--user", "fay", "x", "--accept", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toHaveProperty("error.code", "config-episode-unknown");
  });
});

describe("reindex", () => {
  it("says how many episodes are in the index", async () => {
    const { code, out } = await run(["reindex", "--user", "ada", "--json"]);
    expect(code).toBe(0);
    const episodes = (await listed("ada")).length;
    expect(JSON.parse(out)).toEqual({ episodes, seconds: expect.any(Number) });
  });
});

describe("chat", () => {
  it("answers line by line until /quit, and its thread is refused to another user", async () => {
    const said = "Mira likes green tea.\n\nWhat does Mira like?\n/quit\nnot said\n";
    const chatted = await run(["chat", "--user", "mira", "--thread", "tea", "--json"], said);
    expect(chatted).toMatchObject({ code: 0, err: "" });
    expect(
      chatted.out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      expect.objectContaining({ user: "mira", answer: expect.any(String) }),
      expect.objectContaining({ user: "mira", answer: expect.any(String) }),
    ]);
    expect(await listed("mira")).toHaveLength(2);

    const stolen = await run([
      "ask",
      "--user",
      "ada",
      "--thread",
      "tea",
      "--json",
      "What was said?",
    ]);
    expect(stolen.code).toBe(1);
    expect(stolen.err).toMatch(/^persona-agent: [^\n]+\n$/);
    expect(JSON.parse(stolen.out)).toHaveProperty("error.code", "config-thread-owner");
  });

  it("keeps its commands to itself, known or not", async () => {
    const { code, out, err } = await run(
      ["chat", "--user", "kim"],
      "/help\n/foo\nexit\nnot said\n",
    );
    expect({ code, out }).toEqual({ code: 0, out: "" });
    expect(err).toMatch(/^\/help shows the commands; [^\n]+\n\/foo is no command\. \/help shows /);
    expect(await listed("kim")).toEqual([]);
  });

  it("streams the answer as text for a person", async () => {
    const { code, out } = await run(["chat", "--user", "noor"], "I drink coffee.");
    expect(code).toBe(0);
    const [episode] = JSON.parse(
      (await run(["memory", "list", "--user", "noor", "--json"])).out,
    ) as { response: string }[];
    // A line for each tool call may come first; whether the model makes one is its own affair.
    expect(out.replace(/^(?:⋯ \w+\n)*/, "")).toBe(`${episode?.response}\n`);
  });
});

it("erases a user, and says where a dev server may have threads of theirs", async () => {
  const erase = ["erase", "--user", "leaving", "--yes", "--data-dir", folder];
  expect((await run(erase)).out).toBe(
    'Erased "leaving": nothing was there.\nA scan found nothing left.\n',
  );
  const threads = join(folder, "langgraph", ".langgraph_api");
  await mkdir(threads, { recursive: true });
  expect((await run(erase)).out).toContain(
    `Not looked at: threads of the dev server, in ${threads}. While it runs, erase with --url takes them too.\n`,
  );
});
