import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InMemoryStore, MemorySaver } from "@langchain/langgraph-checkpoint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPersonaAgent, openPersonaAgent } from "../../src/index.js";
import { agentUnderTest, systemOf } from "../support/agents/agent-under-test.js";
import { alignmentUnderTest, goodLine } from "../support/agents/alignment-under-test.js";

const formal = "You are the steward of the Grand Hotel. Answer formally, and never name a price.";
const casual = "Be casual.";
const shown = (instructions: string) => `<instructions>\n${instructions}\n</instructions>`;

describe("a turn", () => {
  it("has the instructions of the process, and a run's own in their place", async () => {
    const { ask, model } = agentUnderTest(["One.", "Two.", "Three."], { instructions: formal });
    await ask("ada", "Hello?");
    await ask("bob", "Hello?", { settings: { instructions: casual } });
    await ask("bob", "Hello again?", { settings: { instructions: "" } });
    const [first, second, third] = model.calls.map(systemOf);
    expect(first).toContain(shown(formal));
    expect(first).toContain("About <instructions>: ");
    expect(second).toContain(shown(casual));
    expect(second).not.toContain(formal);
    expect(third).not.toContain("instructions>");
  });

  it("has them in paper mode beside the persona, and without any is the agent as published", async () => {
    const { ask, model } = agentUnderTest(["One.", "Two."], { instructions: formal });
    await ask("ada", "Hello?", { settings: { mode: "paper", allowedTools: [] } });
    await ask("ada", "Hello?", { settings: { mode: "paper", allowedTools: [], instructions: "" } });
    const [first = "", second = ""] = model.calls.map(systemOf);
    expect(second).not.toContain("instructions");
    expect(first.startsWith(second)).toBe(true);
    expect(first.endsWith(shown(formal))).toBe(true);
  });
});

describe("an alignment", () => {
  it("simulates parent and candidate under them, and shows them to critic and update", async () => {
    const { run, model, head } = await alignmentUnderTest({ instructions: formal });
    await run({ iterations: 1 });
    const systems = model.of("simulation").map(({ system }) => system);
    expect(systems.filter((system) => system.includes(goodLine)).length).toBeGreaterThan(0);
    expect(systems.filter((system) => !system.includes(shown(formal)))).toEqual([]);
    for (const kind of ["critique", "update"] as const) {
      expect(model.of(kind).length).toBeGreaterThan(0);
      for (const { system, thread } of model.of(kind)) {
        expect(system).toContain("- <instructions>: ");
        expect(thread).toContain(shown(formal));
      }
    }
    expect((await head()).lines.map(({ text }) => text)).toEqual([goodLine]);
  });

  it("takes no line that repeats one of their sentences", async () => {
    const repeated = "Answer formally, and never name the price.";
    const { run } = await alignmentUnderTest({
      instructions: `${formal}\nSpeak of the sea.`,
      replies: { update: () => ({ lines: [repeated] }) },
    });
    const { iterations } = await run({ iterations: 1 });
    expect(iterations[0]?.reason).toContain('repeats the fixed rule "Answer formally');
  });

  it("takes a run's own in their place", async () => {
    const { run, model } = await alignmentUnderTest({ instructions: formal });
    await run({ iterations: 1, instructions: casual });
    for (const { system } of model.of("simulation")) {
      expect(system).toContain(shown(casual));
      expect(system).not.toContain(formal);
    }
  });

  it("rewrites in paper mode only the persona, and shows them beside it", async () => {
    const { run, model, head } = await alignmentUnderTest({
      instructions: formal,
      replies: { critique: () => "Likes tea.", update: () => "Ada always takes tea." },
    });
    await run({ mode: "paper" });
    const [update] = model.of("update");
    expect(update?.thread).toContain(shown(formal));
    expect(/<system_prompt>[\s\S]*<\/system_prompt>/.exec(update?.thread ?? "")?.[0]).not.toContain(
      formal,
    );
    expect((await head()).paperSystemPrompt).toBe("Ada always takes tea.");
  });
});

describe("instructions of the environment", () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "persona-instructions-"))));
  afterAll(() => rm(folder, { recursive: true }));
  const open = (env: Record<string, string>) =>
    openPersonaAgent(
      { INDEX: "in-process", ...env },
      { store: new InMemoryStore(), checkpointer: new MemorySaver() },
    );

  it("are read from a variable or a file", async () => {
    const path = join(folder, "house-rules.txt");
    await writeFile(path, `${formal}\n`);
    for (const env of [{ INSTRUCTIONS: formal }, { INSTRUCTIONS_FILE: path }]) {
      const agent = await open(env);
      expect(agent.instructions).toBe(formal);
      await agent.close();
    }
  });

  it("are refused in one line where they cannot be taken", async () => {
    const long = "x".repeat(4_001);
    const path = join(folder, "long.txt");
    await writeFile(path, long);
    await expect(open({ INSTRUCTIONS: long })).rejects.toThrow(
      "INSTRUCTIONS cannot be taken: expected at most 4000 characters, but there are 4001. Shorten",
    );
    await expect(open({ INSTRUCTIONS_FILE: path })).rejects.toThrow(/^INSTRUCTIONS_FILE \(.*4001/);
    await expect(open({ INSTRUCTIONS_FILE: join(folder, "none.txt") })).rejects.toThrow(
      /none\.txt", which cannot be read \(ENOENT\)/,
    );
    await expect(open({ INSTRUCTIONS: "a", INSTRUCTIONS_FILE: path })).rejects.toThrow(
      "INSTRUCTIONS and INSTRUCTIONS_FILE are both set",
    );
    expect(() => createPersonaAgent({ instructions: long })).toThrow("`instructions` cannot");
  });
});
