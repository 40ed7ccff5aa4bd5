import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPersonaAgent } from "../../../src/app/create-persona-agent.js";
import { writeGreeting } from "../../../src/cli/dev/greeting.js";
import { expectSignIn } from "../../../src/cli/dev/server-config.js";
import { commandLineOf } from "../../support/processes/command-line.js";

const run = commandLineOf(createPersonaAgent());
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "persona-agent-dev-command-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("dev", () => {
  it("does not start without sign-in where others reach it", async () => {
    const words = ["dev", "--host", "0.0.0.0", "--port", "0", "--data-dir", folder];
    const { code, err } = await run(words);
    expect(code).toBe(1);
    expect(err).toMatch(/^persona-agent: No sign-in is set up; expected AUTH_KEYS_FILE[^\n]+\n$/);
  });

  it("wants sign-in in a project's own langgraph.json", async () => {
    const write = (config: object) =>
      writeFile(join(folder, "langgraph.json"), JSON.stringify({ graphs: {}, ...config }));
    await expect(expectSignIn(folder)).resolves.toBeUndefined();
    const auth = { path: "./a.js:auth" };
    for (const [config, missing] of [
      [{}, "auth.path"],
      [{ auth }, "http.app"],
      [{ http: { app: "./a.js:app" } }, "auth.path"],
    ] as const) {
      await write(config);
      await expect(expectSignIn(folder)).rejects.toThrow(
        expect.objectContaining({
          code: "config-file-invalid",
          message: expect.stringMatching(new RegExp(`^[^\\n]*has no ${missing}, [^\\n]+$`)),
        }),
      );
    }
    await write({ auth, http: { app: "./a.js:app" } });
    await expect(expectSignIn(folder)).resolves.toBeUndefined();
  });
});

it("dev prints the address of the console beside the API's and Studio's", async () => {
  const output = new PassThrough();
  const url = "http://localhost:2024";
  const data = { model: "offline", embeddings: "offline", dataDir: "data", signIn: false };
  writeGreeting(output, { url, ...data });
  output.end();
  const lines = (await text(output)).split("\n");
  expect(lines.map((line) => line.trim().split(/ +/))).toEqual(
    expect.arrayContaining([
      ["API", url],
      ["console", `${url}/console`],
      ["Studio", `https://smith.langchain.com/studio?baseUrl=${url}`],
    ]),
  );
});

describe("key", () => {
  it("prints a key once, for one user or an operator", async () => {
    const file = ["--file", join(folder, "keys.jsonl")];
    const made = await run(["key", "--user", "ines", ...file]);
    expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^pa_[\w-]{43}\n$/) });
    const other = await run(["key", "--operator", "--json", ...file]);
    expect(JSON.parse(other.out)).toMatchObject({ user: null, key: expect.stringMatching(/^pa_/) });
    for (const words of [[], ["--user", "ines", "--operator"], ["--user", "a*"]])
      expect(await run(["key", ...words, ...file])).toMatchObject({ code: 1, out: "" });
    expect(await run(["key", "--operator"])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/AUTH_KEYS_FILE or --file/),
    });
  });
});
