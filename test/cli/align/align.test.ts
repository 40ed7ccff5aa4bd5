import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InMemoryStore, MemorySaver } from "@langchain/langgraph-checkpoint";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Stopped } from "../../../src/cli/stop-signals.js";
import { lampQuestion } from "../../../src/domain/lamp-question.js";
import { PersonaAgentError } from "../../../src/system/errors.js";
import { createPersonaAgent } from "../../../src/app/create-persona-agent.js";
import { loadChatModel } from "../../../src/model/load-chat-model.js";
import { commandLineOf } from "../../support/processes/command-line.js";
import { turnAt } from "../../support/users/episodes.js";
import { type OpenAiReply, startOpenAiServer } from "../../../src/fake-model/openai-server.js";

const answered = (n: number) =>
  turnAt(n, lampQuestion("LaMP_3", `A superb, moving film, number ${n}.`), { groundTruth: "2" });

/** An agent with a user for each name, who has answered so many questions. */
async function agentOf(
  users: Readonly<Record<string, number>>,
  options: Parameters<typeof createPersonaAgent>[0] = {},
) {
  const agent = createPersonaAgent({
    store: new InMemoryStore(),
    checkpointer: new MemorySaver(),
    ...options,
  });
  for (const [user, count] of Object.entries(users)) {
    const episodes = Array.from({ length: count }, (_, n) => answered(n + 1));
    await agent.memory.episodes.addMany(user, episodes);
  }
  return { agent, run: commandLineOf(agent) };
}

// Paper mode takes whatever is written, so that every run has a new version.
const paper = ["--mode", "paper"];

describe("align", () => {
  it("gives a program the iterations, the head and the cost, and a person the evidence", async () => {
    const { run } = await agentOf({ ada: 3, bob: 3 });
    const { code, out, err } = await run(["align", "--user", "ada", ...paper, "--json"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(JSON.parse(out)).toEqual({
      user: "ada",
      mode: "paper",
      runId: expect.any(String) as unknown,
      iterations: [
        {
          parentScore: expect.any(Number),
          candidateScore: null,
          holdoutParent: null,
          holdoutCandidate: null,
          judgeAgreement: null,
          accepted: true,
          reason: expect.stringContaining("as in the paper"),
          version: 1,
        },
      ],
      head: { version: 1, lines: [], paperText: expect.any(String) },
      usage: {
        calls: expect.any(Number),
        tokens: { in: expect.any(Number), out: expect.any(Number) },
      },
      seconds: expect.any(Number),
      review: null,
      degraded: [],
    });
    const again = await run(["align", "--user", "bob", ...paper]);
    expect(again).toMatchObject({ code: 0, err: "" });
    expect(again.out).toMatch(/^Update 1: accepted as version 1\n {2}Written from/);
    expect(again.out).toMatch(/\n {2}batch [\d.]+ → – \(3 items\), holdout not asked; \d+ calls/);
    expect(again.out).toMatch(/\nbob: version 1, a text of paper mode, 1 of 1 update accepted \(/);
  });

  it("says in one line why there was nothing to do, which cost nothing and stands in no log", async () => {
    const { run } = await agentOf({ ada: 3, bob: 1 });
    const { code, out } = await run(["align", "--user", "ada"]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^Not started: 11 different [^\n]+ and the user has 3\. [^\n]+\nada: version 0, 0 lines \(no call, [^\n]+\)\n$/,
    );
    expect((await run(["align", "--user", "bob"])).out).toContain("the user has 1. ");
    expect((await run(["log", "--user", "ada"])).out).not.toContain("alignment");
    expect((await run(["status", "--user", "ada"])).out).toMatch(
      /\nnew +3 true answers\n[^]*\ntoday +no call\n/,
    );
  });

  it("goes without the judge where it is told so", async () => {
    const { agent, run } = await agentOf({ ada: 3 });
    expect((await run(["align", "--user", "ada", "--no-judge"])).code).toBe(0);
    expect((await agent.memory.alignments.get("ada")).settings).toEqual({ judge: false });
  });

  it("refuses an unknown user, and stores nothing about them", async () => {
    const { agent, run } = await agentOf({ ada: 3 });
    const { code, out, err } = await run(["align", "--user", "nobody", "--json"]);
    expect(code).toBe(1);
    expect(err).toMatch(/^persona-agent: No memory of user "nobody"; [^\n]+\n$/);
    expect(JSON.parse(out)).toHaveProperty("error.code", "config-user-unknown");
    expect(await agent.status("nobody")).toMatchObject({ at: null });
  });

  it("shows its progress on a terminal", async () => {
    const { run } = await agentOf({ ada: 3 });
    const { err } = await run(["align", "--user", "ada", ...paper], "", { isTTY: true });
    for (const part of ["learning from 3, validating on 0", "3/3 simulated", "3/3 criticised"])
      expect(err).toContain(part);
    expect(err).toContain("update 1: proposed");
  });

  it("refuses a budget of calls that no update fits in, and names the fewest that one does", async () => {
    const { agent, run } = await agentOf({ ada: 3 });
    const within = (calls: string) => run(["align", "--user", "ada", "--max-calls", calls]);
    const { code, out, err } = await within("25");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(
      /^persona-agent: The budget maxCalls is 25; expected at least 26, [^\n]+\n$/,
    );
    expect(await agent.status("ada")).toMatchObject({ at: null });
    expect((await within("26")).code).not.toBe(1);
  });

  it("ends with a code of its own when the budget is spent, after the result", async () => {
    const { run } = await agentOf({ ada: 3 });
    const within = [...paper, "--iterations", "3", "--max-calls", "6"];
    const { code, out, err } = await run(["align", "--user", "ada", ...within, "--json"]);
    expect({ code, err }).toEqual({ code: 3, err: "" });
    expect(JSON.parse(out)).toMatchObject({ head: { version: 1 }, degraded: ["budget-spent"] });
  });
});

describe("a stopped alignment", () => {
  const server = { requests: [] as string[], reply: (_count: number): OpenAiReply => silence };
  const silence: OpenAiReply = { kind: "silence" };
  let url = "";
  let close = async () => {};
  beforeAll(async () => {
    const started = await startOpenAiServer(({ body }) => {
      server.requests.push(JSON.stringify(body["messages"]));
      return server.reply(server.requests.length);
    });
    ({ url, close } = started);
  });
  afterAll(() => close());
  beforeEach(() => void (server.requests = []));

  it("is resumed by the same command, without repeating a model call", async () => {
    const model = loadChatModel("openai:counted", { openaiApiKey: "key", openaiBaseUrl: url });
    const alignmentModel = loadChatModel("offline");
    const { agent, run } = await agentOf({ ada: 3 }, { model, alignmentModel });
    await agent.buildProfile("ada");
    const stopping = new AbortController();
    const answer: OpenAiReply = { kind: "message", text: "2" };
    server.reply = (count) => {
      if (count === 1) return answer;
      if (count === 3) stopping.abort(new Stopped("SIGINT"));
      return silence;
    };
    // Two at a time: the third is asked when the first is answered and kept.
    const words = ["align", "--user", "ada", ...paper, "--concurrency", "2", "--json"];
    const stopped = await run(words, "", { signal: stopping.signal });
    const err = "persona-agent: stopped by SIGINT. Run the same command to resume.\n";
    expect(stopped).toEqual({ code: 130, out: "", err });
    expect(server.requests).toHaveLength(3);
    expect(await agent.status("ada")).toMatchObject({
      status: "failed",
      due: false,
      error: { code: "stopped", message: "Stopped by SIGINT." },
    });
    const status = (await run(["status", "--user", "ada"])).out;
    expect(status).toMatch(/^alignment  stopped since /);
    expect(status).toContain("stopped    Stopped by SIGINT. Run the same command to resume.\n");
    expect((await run(["status"])).out).toMatch(/\nada +stopped +0 +0 +Stopped by SIGINT\. Run/);

    server.reply = () => answer;
    const { code, out } = await run(words);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ head: { version: 1 } });
    // The two without an answer alone were asked again.
    const [, second, third, ...again] = server.requests;
    expect(again).toHaveLength(2);
    expect(new Set(again)).toEqual(new Set([second, third]));
  });

  it("stops for all users when the key is refused", async () => {
    const model = loadChatModel("openai:counted", { openaiApiKey: "key", openaiBaseUrl: url });
    const { run } = await agentOf(
      { ada: 8, bob: 8, eve: 8 },
      { model, alignmentModel: loadChatModel("offline") },
    );
    server.reply = () => ({ kind: "error", status: 401 });
    const words = ["align", "--all", ...paper, "--users-at-once", "1", "--json"];
    const { code, out } = await run(words);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      users: 3,
      aligned: [],
      failed: [],
      error: { code: "model-key-refused" },
    });
    expect(server.requests.length).toBeLessThanOrEqual(3);
  });
});

describe("align --all", () => {
  it("aligns the users who are due, and with --every the others too", async () => {
    const { run } = await agentOf({ ada: 8, bob: 3 });
    const first = await run(["align", "--all", ...paper, "--json"]);
    expect(first).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(first.out)).toEqual({
      users: 1,
      aligned: [expect.objectContaining({ user: "ada", iterations: expect.any(Array) })],
      failed: [],
    });
    expect(await run(["align", "--all", ...paper])).toMatchObject({
      code: 0,
      out: "No user is due for alignment.\n",
    });
    const { out } = await run(["align", "--all", "--every", ...paper]);
    // Nothing new came for Ada, and the line after hers says so.
    expect(out).toMatch(
      /^(?:(?:ada|bob): version 1, [^\n]+\n(?: {2}No update: [^\n]+\n)?){2}1 of 2 users learned something; 1 kept what there was\.\n$/,
    );
  });

  it("says in a line why a user's persona is unchanged", async () => {
    const { run } = await agentOf({ ada: 8 });
    const { code, out } = await run(["align", "--all", "--every"]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^ada: version 0, [^\n]+\n {2}Not started: 11 [^\n]+\nNobody learned anything; 1 did not start\.\n$/,
    );
  });

  it("continues after one user's failure, reports it in a line, and ends with 1", async () => {
    const { agent } = await agentOf({ ada: 8, bob: 8 });
    const run = commandLineOf({
      ...agent,
      align: async (user, options) => {
        if (user === "ada")
          throw new PersonaAgentError("model-unavailable", "The model is away. Try again.");
        return agent.align(user, options);
      },
    });
    const { code, out, err } = await run(["align", "--all", ...paper, "--json"]);
    expect({ code, err }).toEqual({
      code: 1,
      err: "persona-agent: ada: The model is away. Try again.\n",
    });
    expect(JSON.parse(out)).toEqual({
      users: 2,
      aligned: [expect.objectContaining({ user: "bob" })],
      failed: [{ user: "ada", error: expect.objectContaining({ code: "model-unavailable" }) }],
    });
  });
});

describe("a stopped align --all", () => {
  it("reports what was done, and the same command aligns only the remaining users", async () => {
    const { agent } = await agentOf({ ada: 8, bob: 8, eve: 8 });
    const stopping = new AbortController();
    let markDone = () => {};
    const adaIsDone = new Promise<void>((done) => (markDone = done));
    const inWork = new Set<string>();
    let most = 0;
    const run = commandLineOf({
      ...agent,
      align: async (user, options) => {
        inWork.add(user);
        most = Math.max(most, inWork.size);
        if (user === "bob") await adaIsDone;
        const onEvent = () => {
          if (user === "bob") stopping.abort(new Stopped("SIGINT"));
        };
        try {
          return await agent.align(user, { ...options, onEvent });
        } finally {
          inWork.delete(user);
          if (user === "ada") markDone();
        }
      },
    });
    const words = ["align", "--all", ...paper, "--users-at-once", "2", "--json"];
    const stopped = await run(words, "", { signal: stopping.signal, isTTY: true });
    expect(stopped.code).toBe(130);
    expect(JSON.parse(stopped.out)).toEqual({
      users: 3,
      aligned: [expect.objectContaining({ user: "ada" })],
      failed: [],
    });
    expect(stopped.err).toContain("/3 users");
    expect(stopped.err).toMatch(/stopped by SIGINT\. Run the same command to resume\.\n$/);
    expect(most).toBe(2);

    const { code, out } = await run(words.slice(0, -1));
    expect(code).toBe(0);
    expect(out).toMatch(
      /^(?:(?:bob|eve): version 1, [^\n]+\n){2}2 of 2 users learned something\.\n$/,
    );
  });
});

describe("review", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "persona-agent-review-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const waiting = async (...settings: string[]) => {
    const { agent, run } = await agentOf({ ada: 3 });
    const words = ["align", "--user", "ada", "--review", ...settings, "--json"];
    const { out } = await run(words);
    return { agent, run, result: JSON.parse(out) as { review: unknown; usage: { calls: number } } };
  };

  it("shows a waiting persona, accepts it, and then finds nothing waiting", async () => {
    const { run, result } = await waiting(...paper);
    expect(result.usage.calls).toBeGreaterThan(0);
    const shown = await run(["review", "--user", "ada", "--json"]);
    expect(JSON.parse(shown.out)).toEqual(result.review);
    const { out } = await run(["review", "--user", "ada"]);
    expect(out).toMatch(/^A new persona of "ada" waits, version 1\./);
    expect(out).toMatch(/\n {2}truth +2\n/);

    const refused = await run(["align", "--user", "ada", "--json"]);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.out)).toHaveProperty("error.code", "memory-review-pending");

    const approved = await run([
      "review",
      "--user",
      "ada",
      "--approve",
      "--author",
      "sam",
      "--json",
    ]);
    expect(approved).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(approved.out)).toMatchObject({ review: null, head: { version: 1 } });
    const again = await run(["review", "--user", "ada", "--json"]);
    expect(again.code).toBe(1);
    expect(JSON.parse(again.out)).toHaveProperty("error.code", "config-review-none");
    expect(again.err).toMatch(/waits for review; expected one\. Align with the setting `review`/);
  });

  it("says that no update passed, where a review was asked for", async () => {
    const { run } = await waiting();
    const { code, err } = await run(["review", "--user", "ada"]);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^persona-agent: No new persona of "ada" waits for review, because the last alignment did not start; [^\n]*`align`[^\n]*\n$/,
    );
  });

  it("takes a person's text from a file, and says what is wrong with it", async () => {
    const { agent, run } = await waiting(...paper);
    const file = join(folder, "persona.txt");
    await writeFile(file, "You help Ada. She gives 2 to whatever is called superb.\n");
    const empty = await run(["review", "--user", "ada", "--edit", "-"], " ");
    expect(empty.code).toBe(1);
    expect(empty.err).toMatch(/^persona-agent: The decision was not taken, [^\n]+\n$/);
    const { code } = await run(["review", "--user", "ada", "--edit", file]);
    expect(code).toBe(0);
    expect((await agent.memory.personas.head("ada")).paperSystemPrompt).toBe(
      "You help Ada. She gives 2 to whatever is called superb.",
    );
  });

  it("refuses a note without a decision", async () => {
    const { run } = await agentOf({ ada: 3 });
    const { code, err } = await run(["review", "--user", "ada", "--note", "Good."]);
    expect(code).toBe(1);
    expect(err).toMatch(/^persona-agent: --note or --author was given without a decision; /);
  });

  it("asks on a terminal, right after the alignment", async () => {
    const { agent, run } = await agentOf({ ada: 3 });
    const words = ["align", "--user", "ada", "--review", ...paper];
    const left = await run(words, "what?\nl\n", { isTTY: true });
    expect(left.out).toContain("approve, edit, reject, or leave it waiting?");
    expect(await agent.status("ada")).toMatchObject({ status: "review", due: false });
    const { code, out } = await run(["review", "--user", "ada"], "r\n", { isTTY: true });
    expect(code).toBe(0);
    expect(out).toContain("Rejected in review.");
    expect(await agent.status("ada")).toMatchObject({ status: "idle", headVersion: 0 });
  });
});

describe("status", () => {
  it("shows each user's status, to a program and to a person", async () => {
    const { run } = await agentOf({ ada: 8, bob: 3 });
    await run(["align", "--user", "ada", ...paper]);
    const one = await run(["status", "--user", "ada", "--json"]);
    const ada = {
      user: "ada",
      status: "idle",
      at: expect.any(String),
      newAnswers: 0,
      due: false,
      headVersion: 1,
      onTrial: false,
      promising: false,
      error: null,
      lastOutcome: {
        id: expect.any(String),
        version: 1,
        at: expect.any(String),
        accepted: true,
        rolledBack: false,
        reason: expect.any(String),
      },
      deadJobs: [],
      today: { calls: expect.any(Number), tokens: expect.any(Object) },
      reflection: null,
    };
    expect(JSON.parse(one.out)).toEqual(ada);
    const all = JSON.parse((await run(["status", "--json"])).out) as unknown[];
    expect(all).toEqual([
      ada,
      expect.objectContaining({ user: "bob", at: null, newAnswers: 3, due: false }),
    ]);
    expect((await run(["status", "--user", "bob"])).out).toBe(
      "alignment  never aligned\nnew        3 true answers\nanswers    3 ratings\nhead       version 0\ntoday      no call\n",
    );
    const { out } = await run(["status"]);
    expect(out.split("\n")[0]).toMatch(/^user +alignment +new +version +last$/);
    expect(out).toMatch(/\nada +idle +0 +1 +version 1 accepted, /);
    expect(out).toMatch(/\nbob +never +3 +0 +–\n$/);
  });

  it("shows that the version of the last alignment was rolled back", async () => {
    const { run } = await agentOf({ ada: 3 });
    await run(["align", "--user", "ada", ...paper]);
    await run(["rollback", "--user", "ada", "--to", "0"]);
    const { out } = await run(["status", "--user", "ada"]);
    expect(out).toMatch(/\nlast +version 1 accepted and rolled back since, [^\n]+: Written from/);
  });

  it("says of an interrupted alignment that it goes on", async () => {
    const { agent, run } = await agentOf({ ada: 3 });
    const [at, seenAt] = ["2026-05-01T10:00:00.000Z", "2100-01-01T00:00:00.000Z"];
    await agent.memory.alignments.update("ada", { status: "running", runOwner: null, at, seenAt });
    expect((await run(["status", "--user", "ada"])).out).toMatch(
      /^alignment {2}interrupted since [^\n]+\nnew {8}0 true answers: the interrupted alignment goes on by itself, or with `align`\n/,
    );
  });

  it("shows a person where the count is cut off, and gives a program the number", async () => {
    const { run } = await agentOf({ ada: 257 });
    expect((await run(["status", "--user", "ada"])).out).toContain(
      "\nnew        256+ true answers: an alignment is due\nanswers    256 ratings among the latest 256 interactions\n",
    );
    expect((await run(["status"])).out).toMatch(/\nada +due +256\+ +0 /);
    const { out } = await run(["status", "--user", "ada", "--json"]);
    expect(JSON.parse(out)).toMatchObject({ newAnswers: 256 });
  });
});
