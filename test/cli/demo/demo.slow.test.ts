import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, expect, it } from "vitest";
import { z } from "zod";
import { demoEpisodes } from "../../../src/cli/demo/demo-user.js";
import { closedQuestion, demoUsers } from "../../../src/cli/demo/run-demo.js";
import { compiled } from "../../support/setup/compiled.js";

const score = z.number().min(0).max(1);
const scores = { parentScore: score, candidateScore: score };
const heldOut = z.strictObject({ before: score, after: score, items: z.int().positive() });

const reportSchema = z.strictObject({
  model: z.literal("offline"),
  index: z.literal("chroma"),
  users: z.array(
    z.strictObject({
      user: z.string(),
      question: z.string(),
      answer: z.string(),
      personaVersion: z.literal(0),
      recalled: z
        .array(
          z.strictObject({
            id: z.string(),
            score: z.number(),
            at: z.string(),
            query: z.string(),
            answer: z.string().nullable(),
          }),
        )
        .min(1),
    }),
  ),
  alignment: z.strictObject({
    iterations: z.int().positive(),
    ...scores,
    accepted: z.literal(true),
    version: z.literal(1),
    heldOut,
    users: z.array(
      z.strictObject({
        user: z.string(),
        iterations: z.int().positive(),
        ...scores,
        holdoutParent: score,
        holdoutCandidate: score,
        accepted: z.literal(true),
        reason: z.string().min(1),
        version: z.literal(1),
        lines: z
          .array(z.strictObject({ text: z.string(), evidence: z.array(z.string()).min(1) }))
          .min(1),
        heldOut,
      }),
    ),
  }),
  seconds: z.number().positive(),
});

/** The services start in 5 to 10 seconds; a machine with other work takes a multiple of that. */
const timeLimitMs = 300_000;

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const program = compiled("src/cli/main.ts");

/** The demo as a program, in a folder of its own that is also its temporary one, so that what it leaves can be seen. */
function startDemo({ json, model = "" }: { json: boolean; model?: string }) {
  const folder = mkdtempSync(join(tmpdir(), "demo-test-"));
  const words = [program, "demo", ...(json ? ["--json"] : [])];
  const child = spawn(process.execPath, words, {
    cwd: folder,
    env: { ...process.env, TMPDIR: folder, MODEL: model },
    stdio: ["ignore", "pipe", "pipe"],
  });
  cleanups.push(() => {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
  const ended = once(child, "exit");
  return { child, folder, ended, output: text(child.stdout), errors: text(child.stderr) };
}

/** Processes that run in the folder, as the embedded Chroma server does. */
function processesIn(folder: string): string[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).includes(folder);
      } catch {
        return false;
      }
    });
}

it(
  "answers two users' same question as each one's history implies, learns from each one's choices, on real Chroma, and leaves nothing",
  async () => {
    const { folder, ended, output, errors } = startDemo({ json: true });
    const [code] = await ended;
    expect({ code, errors: await errors }).toEqual({ code: 0, errors: "" });
    const lines = (await output).trimEnd().split("\n");
    expect(lines).toHaveLength(1);
    const { users, alignment } = reportSchema.parse(JSON.parse(lines[0] ?? ""));

    expect(users.map(({ user }) => user)).toEqual(demoUsers.map(({ id }) => id));
    expect(new Set(users.map(({ answer }) => answer)).size).toBe(users.length);
    for (const [place, { id, history }] of demoUsers.entries()) {
      const shown = users[place];
      expect(shown?.question).toBe(closedQuestion);
      const choices = history.flatMap(({ query, answer }) =>
        query.startsWith("Pick a film for me: It is Friday") && answer !== null ? [answer] : [],
      );
      expect(shown?.answer).toBe(mostFrequent(choices));
      const own = new Set(demoEpisodes(id, history).map((episode) => episode.id));
      expect(shown?.recalled.filter((recalled) => !own.has(recalled.id))).toEqual([]);
    }
    expect(alignment.heldOut.items).toBe(demoUsers.flatMap(({ later }) => later).length);
    expect(alignment.heldOut.after).toBeGreaterThan(alignment.heldOut.before);
    expect(alignment.candidateScore).toBeGreaterThan(alignment.parentScore);
    expect(alignment.users.map(({ user }) => user)).toEqual(demoUsers.map(({ id }) => id));
    expect(readdirSync(folder)).toEqual([]);
    expect(processesIn(folder)).toEqual([]);
  },
  timeLimitMs,
);

it(
  "ends at Ctrl-C without its folder, its services or a stack",
  async () => {
    const { child, folder, ended, output, errors } = startDemo({ json: false });
    await said(child, "ines");
    child.kill("SIGINT");
    expect((await ended)[0]).toBe(130);
    await output;
    expect(await errors).toBe("persona-agent: stopped by SIGINT.\n");
    expect(readdirSync(folder)).toEqual([]);
    expect(processesIn(folder)).toEqual([]);
  },
  timeLimitMs,
);

it(
  "says in one line that a model cannot be used, and leaves nothing",
  async () => {
    const { folder, ended, output, errors } = startDemo({ json: true, model: "nobody:nothing" });
    expect((await ended)[0]).toBe(1);
    expect(JSON.parse(await output)).toMatchObject({ error: { code: "config-invalid" } });
    expect((await errors).trimEnd().split("\n")).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  },
  timeLimitMs,
);

async function said(child: ChildProcess, word: string): Promise<void> {
  let seen = "";
  await new Promise<void>((found) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      seen += chunk.toString("utf8");
      if (seen.includes(word)) found();
    });
  });
}

function mostFrequent(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const one of texts) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0];
}
