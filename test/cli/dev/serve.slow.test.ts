import { execFile } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addApiKey } from "../../../src/auth/api-keys.js";
import { inspectRoutes } from "hono/dev";
import { createPersonaAgent } from "../../../src/app/create-persona-agent.js";
import { noSignIn } from "../../../src/auth/sign-in.js";
import { createStandaloneApp } from "../../../src/server/server-app.js";
import {
  expectBrokenBodies,
  expectLargeBodies,
  expectUnknownCallers,
  expectUnknownRoutes,
} from "../../support/servers/refusals.js";
import { matrix } from "../../support/servers/sign-in-matrix.js";
import { type OwnServer, startServe } from "../../support/servers/serve.js";
import { compiled } from "../../support/setup/compiled.js";
import { newDataFolder } from "../../support/setup/data-folder.js";

const program = compiled("src/cli/main.ts");

let folder: string;
let server: OwnServer;
let url: string;
let key: string;
let operator: string;
let foreign: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await newDataFolder("persona-agent-serve-");
  const keysFile = join(folder, "keys.jsonl");
  key = await addApiKey(keysFile, "ines", new Date());
  operator = await addApiKey(keysFile, undefined, new Date());
  foreign = await addApiKey(join(folder, "others.jsonl"), "ines", new Date());
  env = { ...process.env, INDEX: "in-process", AUTH_KEYS_FILE: keysFile };
  server = await startServe(folder, env);
  ({ url } = server);
}, 60_000);
afterAll(async () => {
  await server.kill();
  await rm(folder, { recursive: true, force: true });
});

const ask = (path: string, given?: object) =>
  fetch(`${url}${path}`, {
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(given !== undefined && { method: "POST", body: JSON.stringify(given) }),
  });

describe("serve", () => {
  it("answers each caller as themselves, in our routes and in OpenAI's protocol", async () => {
    await ask("/users/ines/ask", { message: "I never eat mushrooms." });
    const messages = [{ role: "user", content: "What do I never eat?" }];
    const answered = await ask("/v1/chat/completions", { model: "persona-agent", messages });
    expect(await answered.text()).toContain("I never eat mushrooms");
    expect((await ask("/users/bo/episodes")).status).toBe(403);
    expect((await fetch(`${url}/users/ines/episodes`)).status).toBe(401);
  });

  it("serves the command line, which keeps a conversation by itself", async () => {
    const run = (words: readonly string[], input = "") => {
      const asked = promisify(execFile)(process.execPath, [program, ...words, "--url", url], {
        env: { ...env, PERSONA_AGENT_API_KEY: key },
      });
      asked.child.stdin?.end(input);
      return asked;
    };
    const found = await run(["memory", "search", "mushrooms", "--user", "ines"]);
    expect(found.stdout).toContain("I never eat mushrooms.");
    const talk = "My bicycle is green.\nWhich colour has my bicycle?\n";
    const said = await run(["chat", "--user", "ines"], talk);
    expect(said.stdout.trim().split("\n")).toEqual([
      expect.stringContaining("My bicycle is green"),
      expect.stringContaining("My bicycle is green"),
    ]);
    const one = await run(["ask", "--user", "ines", "What do I never eat?"]);
    expect(one.stdout).toContain("I never eat mushrooms");
    await expect(run(["ask", "--user", "ines", "--thread", "t", "Hello."])).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("There is no route POST /threads"),
    });
  }, 60_000);

  it("tells a probe without a key that it is up", async () => {
    const response = await fetch(`${url}/ok`);
    expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
  });

  it("has the console for everybody, which asks who looks at it", async () => {
    const page = await fetch(`${url}/console`);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect((await fetch(`${url}/whoami`)).status).toBe(401);
    const caller = { signIn: true, operator: false, user: "ines" };
    expect(await (await ask("/whoami")).json()).toEqual(caller);
  });

  it("says in one line that it has no route of LangGraph's server", async () => {
    const response = await ask("/threads", {});
    expect(response.status).toBe(404);
    const message = expect.stringContaining("POST /threads");
    const requestId = response.headers.get("x-request-id");
    expect(await response.json()).toMatchObject({
      error: { code: "config-invalid", message, requestId },
    });
  });

  it("refuses in one line, on every route: callers it does not know, broken bodies, large ones, and what is no route", async () => {
    const app = createStandaloneApp(createPersonaAgent(), { signIn: noSignIn, log: () => {} });
    const routes = inspectRoutes(app)
      .filter(({ isMiddleware, method }) => !isMiddleware && method !== "ALL")
      .map(({ method, path }) => `${method} ${path}`);
    const rows = matrix.filter(({ route }) => routes.includes(route));
    expect(rows.map(({ route }) => route).sort()).toEqual([...new Set(routes)].sort());
    const none = () => Promise.reject(new Error("These routes have none."));
    const newRun = { newAssistant: none, newThread: none, newRun: none, newRunWithoutThread: none };
    const ids = { assistant: "", thread: "", run: "", checkpoint: "", episode: "none" };
    const world = { user: "ines", key: "", ...ids, ...newRun, newEpisode: async () => "none" };
    const by = (given: string) => ({ authorization: `Bearer ${given}` });
    const refusing = { url, rows, world, operator: by(operator) };
    const kept = async () => {
      const { exportedAt: _, ...archive } = (await (await ask("/users/ines/export")).json()) as {
        exportedAt: string;
      };
      return [archive, await (await fetch(`${url}/users`, { headers: by(operator) })).json()];
    };
    const before = await kept();
    await expectUnknownCallers(refusing, {
      "no key": {},
      "a wrong key": by(`${key}x`),
      "a key of another deployment": by(foreign),
    });
    expect(await expectBrokenBodies(refusing)).toBeGreaterThan(12);
    await expectLargeBodies(refusing);
    await expectUnknownRoutes(refusing);
    expect(await kept()).toEqual(before);
  }, 60_000);

  it("does not start for others without sign-in", async () => {
    const words = ["serve", "--host", "0.0.0.0", "--port", "0", "--data-dir", folder];
    const failed = promisify(execFile)(process.execPath, [program, ...words], {
      env: { ...env, AUTH_KEYS_FILE: "" },
    });
    await expect(failed).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("No sign-in is set up"),
    });
  });

  it("ends at the signal, with the answers that are under way", async () => {
    const body = JSON.stringify({ message: "What did I say?" });
    const asking = request(`${url}/users/ines/ask`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${key}`,
        "content-length": Buffer.byteLength(body),
        expect: "100-continue",
      },
    });
    const answered = once(asking, "response");
    asking.flushHeaders();
    // The server has begun with the request.
    await once(asking, "continue");
    server.child.kill("SIGTERM");
    asking.end(body);
    const [answer] = await answered;
    expect(answer.statusCode).toBe(200);
    const [code] = await once(server.child, "exit");
    expect(code).toBe(143);
  });
});
