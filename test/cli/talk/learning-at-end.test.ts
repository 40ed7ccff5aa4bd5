import { MemorySaver } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { createPersonaAgent } from "../../../src/app/create-persona-agent.js";
import type { ReflectionAnswer } from "../../../src/prompts/learning/reflection.js";
import { AlignmentModel } from "../../support/models/alignment-model.js";
import { commandLineOf } from "../../support/processes/command-line.js";

const learned: Partial<ReflectionAnswer> = {
  revisedStatements: [{ text: "Drinks tea.", keeps: [], replaces: [], items: [1] }],
  reactions: [
    { item: 1, shownBy: 2, kind: "corrected", words: "No", trueAnswer: "tea", confidence: 0.9 },
  ],
};

/** A command line after eleven turns; the next one makes a reflection due. */
async function afterElevenTurns(reflection: () => Partial<ReflectionAnswer> | Error) {
  const model = new AlignmentModel({ simulation: () => "coffee", reflection });
  const agent = createPersonaAgent({
    model,
    checkpointer: new MemorySaver(),
    backgroundAlignment: false,
    backgroundReflection: false,
  });
  const threadId = "tea";
  const more = Array.from({ length: 9 }, (_, n) => `And at ${n} o'clock?`);
  for (const text of ["What do I drink?", "No, tea.", ...more])
    await agent.ask("ada", text, { threadId });
  const run = commandLineOf(agent);
  const ask = (...words: string[]) =>
    run(["ask", "--user", "ada", "--thread", threadId, "Really?", ...words], "", { isTTY: true });
  return { model, run, ask };
}

describe("ask", () => {
  it("learns from the conversation after its answer, when that is due, and says so", async () => {
    const { model, run, ask } = await afterElevenTurns(() => learned);
    const { code, out, err } = await ask();
    expect({ code, out }).toEqual({ code: 0, out: "coffee\n" });
    expect(err.split("\n").at(-2)).toContain("learning from the conversation …");
    expect(model.of("reflection")).toHaveLength(1);
    expect((await ask()).err).not.toContain("learning");

    const listed = await run(["memory", "list", "--user", "ada"]);
    expect(listed.out).toMatch(/What do I drink\? {2}→ tea \(inferred: answer, 0\.90\)\n/);
    const json = await run(["memory", "list", "--user", "ada", "--json"]);
    expect(JSON.parse(json.out)).toContainEqual(
      expect.objectContaining({
        answer: "tea",
        inferred: { kind: "answer", confidence: 0.9, episodeId: expect.any(String) },
      }),
    );
    expect((await run(["status", "--user", "ada"])).out).toMatch(/\nreflection +20[\d :-]+ UTC\n/);
  });

  it("has answered, and ends well, when nothing can be learned", async () => {
    const { run, ask } = await afterElevenTurns(() => new Error("The model is away."));
    const { code, out, err } = await ask("--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ answer: "coffee" });
    expect(err).toMatch(/persona-agent: nothing was learned from the conversation: .*away/);
    const status = await run(["status", "--user", "ada"]);
    expect(status.out).toMatch(/\nreflection +.* UTC, failed: .*away/);
  });
});

describe("reflect", () => {
  it("learns now, and tells what, to a person and to a program", async () => {
    const { run } = await afterElevenTurns(() => learned);
    const { code, out } = await run(["reflect", "--user", "ada"]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^Profile, version 1:\n- Drinks tea\.\n\w{26} {2}inferred: answer, 0\.90 {2}→ tea\n$/,
    );
    const again = await run(["reflect", "--user", "ada", "--json"]);
    expect(JSON.parse(again.out)).toEqual({
      outcome: "nothing-new",
      profile: null,
      alignment: { newAnswers: 0, due: false },
      rollback: null,
      reactions: [],
      usage: { calls: 0, tokens: { in: 0, out: 0 } },
      degraded: [],
    });
    const person = await run(["reflect", "--user", "ada"]);
    expect(person.out).toBe("No turn is new since the last reflection.\n");
  });
});
