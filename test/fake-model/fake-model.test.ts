import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { MemorySaver } from "@langchain/langgraph-checkpoint";
import OpenAI from "openai";
import { afterEach, expect, it } from "vitest";
import { createPersonaAgent } from "../../src/app/create-persona-agent.js";
import { runCli } from "../../src/cli/run-cli.js";
import { Stopped } from "../../src/cli/stop-signals.js";
import { namedQuirks, quirksNamed } from "../../src/fake-model/named-quirks.js";
import { serverProfiles } from "../../src/fake-model/server-profiles.js";
import { loadChatModel } from "../../src/model/load-chat-model.js";
import { commandLineOf } from "../support/processes/command-line.js";
import { taggedTurn } from "../support/users/planted-versions.js";

const stops: (() => Promise<number>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) expect(await stop()).toBe(130);
});

/** The command, as long as the test runs. What it prints first is its address. */
async function started(...words: string[]) {
  const stopping = new AbortController();
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const ended = runCli(["fake-model", ...words], {
    env: {},
    stdin: Readable.from([]),
    stdout,
    stderr,
    signal: stopping.signal,
    openAgent: () => Promise.reject(new Error("No data folder is needed.")),
  });
  stops.push(async () => {
    stopping.abort(new Stopped("SIGINT"));
    return ended;
  });
  const [line] = (await once(stdout, "data")) as [Buffer];
  return line.toString();
}

async function clientOf(...words: string[]): Promise<OpenAI> {
  const baseURL = (await started(...words)).trim();
  expect(baseURL).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
  return new OpenAI({ baseURL, apiKey: "none", maxRetries: 0 });
}

/** A failed command, or one that ends by itself. */
async function ended(...words: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await runCli(["fake-model", ...words], {
    env: {},
    stdin: Readable.from([]),
    stdout,
    stderr,
    signal: new AbortController().signal,
    openAgent: () => Promise.reject(new Error("No data folder is needed.")),
  });
  stdout.end();
  stderr.end();
  return { code, out: await text(stdout), err: await text(stderr) };
}

const messages = [{ role: "user" as const, content: "I love tea." }];
const model = "any";

it("answers OpenAI's own client from the offline model, whole and streamed", async () => {
  const client = await clientOf();
  const whole = await client.chat.completions.create({ model, messages });
  expect(whole.choices[0]?.message.content).toContain("Noted");
  expect(whole.choices[0]?.finish_reason).toBe("stop");
  let streamed = "";
  const ends: (string | null | undefined)[] = [];
  for await (const { choices } of await client.chat.completions.create({
    model,
    messages,
    stream: true,
  })) {
    streamed += choices[0]?.delta.content ?? "";
    ends.push(choices[0]?.finish_reason);
  }
  expect(streamed).toBe(whole.choices[0]?.message.content);
  expect(ends.filter((end) => end !== null)).toEqual(["stop"]);
  const { data } = await client.embeddings.create({ model, input: ["tea", "a cup of tea"] });
  expect(data.map(({ embedding }) => embedding.length)).toEqual([384, 384]);
  expect((await client.models.list()).data).toMatchObject([{ id: "offline" }]);
});

it("has the quirks that are named, and those of the profile", async () => {
  const client = await clientOf("--profile", "Groq", "--quirk", "reasoning-in-content");
  const whole = await client.chat.completions.create({ model, messages });
  expect(whole.choices[0]?.message.content).toMatch(/^<think>\n[^<]+<\/think>\n\nNoted/);
  await expect(client.embeddings.create({ model, input: "tea" })).rejects.toMatchObject({
    status: 400,
    message: "400 No embeddings here.",
  });
});

it("refuses what such a server refuses, in a sentence that names it", async () => {
  const client = await clientOf("--quirk", "no-stream-options", "--quirk", "calls-every-round");
  const tools = [{ type: "function" as const, function: { name: "look" } }];
  const called = await client.chat.completions.create({ model, messages, tools });
  expect(called.choices[0]).toMatchObject({
    finish_reason: "tool_calls",
    message: { tool_calls: [{ function: { name: "look" } }] },
  });
  const streaming = { stream: true, stream_options: { include_usage: true } } as const;
  await expect(
    client.chat.completions.create({ model, messages, ...streaming }),
  ).rejects.toMatchObject({ status: 400, message: expect.stringContaining("stream_options") });
});

it("replies as a script says, and then from the offline model", async () => {
  const folder = await mkdtemp(join(tmpdir(), "persona-agent-fake-model-"));
  try {
    const path = join(folder, "script.jsonl");
    const scripted = [
      { kind: "error", status: 429, message: "Slow down.", code: "rate_limit" },
      { kind: "message", text: "Tea." },
    ];
    await writeFile(path, scripted.map((reply) => `${JSON.stringify(reply)}\n`).join(""));
    const client = await clientOf("--script", path);
    const ask = () => client.chat.completions.create({ model, messages });
    await expect(ask()).rejects.toMatchObject({ status: 429, code: "rate_limit" });
    expect((await ask()).choices[0]?.message.content).toBe("Tea.");
    expect((await ask()).choices[0]?.message.content).toContain("Noted");

    await writeFile(path, '{"kind": "message"}\n{"kind": "shout"}\n');
    const { code, err } = await ended("--script", path);
    expect(code).toBe(1);
    expect(err).toMatch(/^persona-agent: Line 2 of [^\n]+ is no reply [^\n]+\n$/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it("prints its address as JSON, and lists its names", async () => {
  const line = await started("--json", "--profile", "ollama", "--quirk", "no-tools");
  expect(JSON.parse(line)).toEqual({
    url: expect.stringMatching(/^http:/),
    profile: "ollama",
    quirks: ["no-tools"],
  });
  const { out } = await ended("--list");
  for (const name of Object.keys(serverProfiles)) expect(out).toContain(name.toLowerCase());
  for (const { name, about } of namedQuirks)
    expect(out).toMatch(new RegExp(`\n${name} +${about.slice(0, 9)}`));
  const page = (await readFile("docs/model-servers.md", "utf8")).replaceAll(/ +/g, " ");
  for (const { name, about } of namedQuirks) expect(page).toContain(`| \`${name}\` | ${about} |`);
  expect(new Set(namedQuirks.map(({ name }) => name)).size).toBe(namedQuirks.length);
});

it("adds up lists and limits, and refuses what cannot be together or is unknown", async () => {
  expect(quirksNamed("openai", ["no-tools", "no-embeddings"])).toEqual({
    lacks: ["tools", "embeddings"],
  });
  for (const words of [
    ["--quirk", "reasoning-in-content", "--quirk", "reasoning-field"],
    ["--quirk", "nonsense"],
    ["--profile", "nobody"],
    ["--port", "70000"],
  ]) {
    const { code, err } = await ended(...words);
    expect(code).toBe(1);
    expect(err).toMatch(/^persona-agent: --(?:quirk|profile|port) [^\n]+\n$/);
  }
});

it("shows that `ask` and `align` work with a model without tools, and that the refusal names --tools", async () => {
  const openaiBaseUrl = (await started("--quirk", "no-tools")).trim();
  const agent = createPersonaAgent({
    model: loadChatModel("openai:any", { openaiApiKey: "none", openaiBaseUrl }),
    alignmentModel: loadChatModel("offline"),
    checkpointer: new MemorySaver(),
  });
  const run = commandLineOf(agent);
  const refused = await run(["ask", "--user", "ada", "I love tea."]);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain("`--tools none`");
  const answered = await run(["ask", "--user", "ada", "--tools", "none", "I love tea."]);
  expect(answered).toMatchObject({ code: 0, out: expect.stringContaining("Noted") });
  const unknown = await run(["ask", "--user", "ada", "--tools", "recall", "I love tea."]);
  expect(unknown.err).toContain("unknown tool");

  const history = Array.from({ length: 12 }, (_, n) => taggedTurn(n, 0, false));
  await agent.memory.episodes.addMany("ada", history);
  const learned = ["align", "--user", "ada", "--iterations", "1"];
  const stopped = await run(learned);
  expect(stopped.code).toBe(1);
  expect(stopped.err).toContain("`--tools none`");
  const aligned = await run([...learned, "--tools", "none"]);
  expect(aligned.code).toBe(0);
  expect(await agent.memory.personas.history("ada")).toHaveLength(2);
});
