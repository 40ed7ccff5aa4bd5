import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { importHistories } from "../../src/app/import-histories.js";
import type { ImportOptions, ImportTarget } from "../../src/app/import-histories.js";
import { PersonaAgentError } from "../../src/system/errors.js";
import { createPersonaAgent } from "../../src/app/create-persona-agent.js";

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "persona-agent-import-"));
  path = join(folder, "histories.jsonl");
});
afterAll(() => rm(folder, { recursive: true }));

const history = [
  { user: "ada", query: "Tea or coffee?", answer: "tea", at: "2024-05-01" },
  { user: "bob", query: "Tea or coffee?", answer: "coffee", at: "2024-05-01" },
  { user: "ada", query: "Cake or pie?", answer: "pie", at: "2024-05-01" },
  { user: "ada", query: "Cake or pie?", answer: "pie", at: "2024-05-01" },
  { user: "ada", query: "Sea or hills?", answer: "hills", at: "2024-06-01" },
];

async function importLines(
  target: ImportTarget,
  lines: readonly unknown[],
  options: Partial<ImportOptions> = {},
) {
  await writeFile(path, lines.map((line) => JSON.stringify(line)).join("\n"));
  return importHistories(path, (work) => work(target), {
    profiles: true,
    signal: new AbortController().signal,
    progress: () => {},
    ...options,
  });
}

describe("importHistories", () => {
  it("imports every user's episodes and profile, in the file's order", async () => {
    const agent = createPersonaAgent();
    const result = await importLines(agent, history);
    expect(result).toMatchObject({
      users: ["ada", "bob"],
      episodes: 4,
      skipped: [],
      usage: { calls: 2 },
    });
    const episodes = await agent.memory.episodes.list("ada");
    expect(episodes.map(({ query, groundTruth: answer }) => [query, answer])).toEqual([
      ["Sea or hills?", "hills"],
      ["Cake or pie?", "pie"],
      ["Tea or coffee?", "tea"],
    ]);
    expect(await agent.memory.profiles.current("ada")).toMatchObject({
      version: 1,
      episodeCount: 3,
      lastEpisodeId: episodes[0]?.id,
    });
  });

  it("changes nothing and calls no model when it is repeated", async () => {
    const agent = createPersonaAgent();
    await importLines(agent, history);
    const again = await importLines(agent, history);
    expect(again).toMatchObject({
      users: ["ada", "bob"],
      episodes: 4,
      skipped: [],
      usage: { calls: 0 },
    });
    expect(await agent.memory.episodes.list("ada")).toHaveLength(3);
    expect(await agent.memory.profiles.history("ada")).toHaveLength(1);
  });

  it("creates a new profile only for a user with new episodes", async () => {
    const agent = createPersonaAgent();
    await importLines(agent, history);
    const more = { user: "bob", query: "Sea or hills?", answer: "sea", at: "2024-07-01" };
    const grown = await importLines(agent, [...history, more]);
    expect(grown.usage.calls).toBe(1);
    expect(await agent.memory.profiles.current("bob")).toMatchObject({ episodeCount: 2 });
    expect(await agent.memory.profiles.history("ada")).toHaveLength(1);
  });

  it("is completed by the same call after an interruption", async () => {
    const agent = createPersonaAgent();
    const stop = new AbortController();
    const cutOff = importLines(agent, history, {
      signal: stop.signal,
      progress: (part, done) => {
        if (part === "episodes" && done > 0) stop.abort(new Error("killed"));
      },
    });
    await expect(cutOff).rejects.toThrow("killed");
    expect(await importLines(agent, history)).toMatchObject({ users: ["ada", "bob"], episodes: 4 });
    expect(await agent.memory.episodes.list("ada")).toHaveLength(3);
    expect(await agent.memory.episodes.list("bob")).toHaveLength(1);
  });

  it("calls no model without profiles", async () => {
    const agent = createPersonaAgent();
    const result = await importLines(agent, history, { profiles: false });
    expect(result.usage).toEqual({ calls: 0, tokens: { in: 0, out: 0 } });
    expect(await agent.memory.profiles.current("ada")).toBeNull();
  });

  it("skips bad lines, reports their numbers, and imports the rest", async () => {
    const agent = createPersonaAgent();
    const result = await importLines(agent, [history[0], { user: "*", query: "x" }, history[1]]);
    expect(result).toMatchObject({ users: ["ada", "bob"], episodes: 2, skipped: [{ line: 2 }] });
  });

  it("does not open memory for a file with a broken line further down", async () => {
    const lines = Array.from({ length: 5_000 }, (_, n) =>
      JSON.stringify({ user: "ada", query: `q${n}` }),
    );
    const packed = gzipSync(lines.join("\n"));
    await writeFile(path, packed.subarray(0, packed.length - 100));
    const opened = importHistories(path, () => Promise.reject(new Error("was opened")), {
      profiles: true,
      signal: new AbortController().signal,
      progress: () => {},
    });
    await expect(opened).rejects.toMatchObject({
      code: "config-file-invalid",
      message: expect.stringContaining("ends in the middle of its gzip data"),
    });
  });

  it("imports only the requested users, and names those that the file lacks", async () => {
    const agent = createPersonaAgent();
    const some = await importLines(agent, history, { users: new Set(["bob", "eve"]) });
    expect(some).toMatchObject({ users: ["bob"], episodes: 1 });
    expect(some.skipped).toEqual([{ line: 0, reason: 'the data holds no items of "eve"' }]);
    await expect(importLines(agent, history, { users: new Set(["eve"]) })).rejects.toMatchObject({
      code: "config-user-invalid",
    });
    expect(await importLines(agent, history, { limitUsers: 1 })).toMatchObject({ users: ["ada"] });
  });

  it("fails one user's profile, not the import, for an invalid answer", async () => {
    const { memory, refreshProfile } = createPersonaAgent();
    const unfit = new PersonaAgentError("model-output-invalid", "It did not fit.", {
      details: { usage: { calls: 3, tokens: { in: 30, out: 3 } } },
    });
    const result = await importLines(
      {
        memory,
        refreshProfile: (user, options) =>
          user === "ada" ? Promise.reject(unfit) : refreshProfile(user, options),
      },
      history,
    );
    expect(result.skipped).toEqual([{ line: 0, reason: "no profile for ada: It did not fit." }]);
    expect(result.usage.calls).toBe(4);
    expect(await memory.profiles.current("bob")).not.toBeNull();
  });
});
