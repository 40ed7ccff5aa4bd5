import { Interface } from "node:readline";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { MemorySaver } from "@langchain/langgraph-checkpoint";
import { afterEach, expect, it, vi } from "vitest";
import { runCli } from "../../../src/cli/run-cli.js";
import { createPersonaAgent } from "../../../src/app/create-persona-agent.js";

afterEach(() => vi.restoreAllMocks());

async function chat(input: string) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await runCli(["chat", "--user", "ada", "--json"], {
    env: {},
    stdin: Readable.from([input]),
    stdout,
    stderr,
    signal: new AbortController().signal,
    openAgent: async () => ({
      ...createPersonaAgent({ checkpointer: new MemorySaver() }),
      info: { model: "offline", embeddings: "offline", index: "in-process", dataDir: null },
      jobs: null,
      close: async () => {},
    }),
  });
  stdout.end();
  stderr.end();
  const lines = (await text(stdout)).trim().split("\n");
  return { code, err: await text(stderr), turns: lines.map((line): unknown => JSON.parse(line)) };
}

// From Node 24.2 on the first answer was followed by an `ERR_USE_AFTER_CLOSE`, and the other lines were lost.
it("answers every line of an input that ended before the first answer", async () => {
  const prompt = vi.spyOn(Interface.prototype, "prompt").mockImplementation(function (
    this: Interface & { readonly closed?: boolean },
  ) {
    if (this.closed === true) throw new Error("readline was closed");
  });
  const { code, err, turns } = await chat(
    "I love hiking.\n\nWhat do I love?\n/quit\nNever read.\n",
  );
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(prompt).toHaveBeenCalled();
  expect(turns).toMatchObject([
    { answer: expect.stringContaining("Noted") },
    { answer: expect.stringContaining("I love hiking") },
  ]);
});
