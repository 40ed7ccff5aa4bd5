import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { expect } from "vitest";
import { runCli } from "../../../src/cli/run-cli.js";
import type { PersonaAgent } from "../../../src/app/persona-agent.js";

const info = { model: "offline", embeddings: "offline", index: "in-process", dataDir: null };

interface RunOptions {
  readonly signal?: AbortSignal;
  /** Whether a person sits at the input and the outputs. */
  readonly isTTY?: boolean;
}

/** Runs command lines on one agent in this process, which each command opens and closes as if it were its own. */
export function commandLineOf(agent: PersonaAgent) {
  return async function run(
    words: readonly string[],
    input = "",
    { signal = new AbortController().signal, isTTY = false }: RunOptions = {},
  ) {
    const streams = [new PassThrough(), new PassThrough()] as const;
    const [stdout, stderr] = isTTY
      ? streams.map((stream) => Object.assign(stream, { isTTY }))
      : streams;
    // Two lines may run at a time.
    let opened = 0;
    if (stdout === undefined || stderr === undefined) throw new Error("There are two streams.");
    const code = await runCli(words, {
      env: {},
      stdin: Object.assign(Readable.from([input]), { isTTY }),
      stdout,
      stderr,
      signal,
      openAgent: async () => {
        opened += 1;
        return { ...agent, info, jobs: null, close: async () => void (opened -= 1) };
      },
    });
    stdout.end();
    stderr.end();
    expect(opened, "an agent was left open").toBe(0);
    return { code, out: await text(stdout), err: await text(stderr) };
  };
}
