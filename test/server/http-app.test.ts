import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import type { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LRUCache } from "lru-cache";
import { readRequestSettings, type RequestSettings } from "../../src/config/request-settings.js";
import type { UserKey } from "../../src/domain/user-id.js";
import type { GuardOptions } from "../../src/server/langgraph-guard.js";
import { createServerApp } from "../../src/server/server-app.js";
import { createPersonaAgent } from "../../src/app/create-persona-agent.js";
import { addApiKey } from "../../src/auth/api-keys.js";
import { createSignIn, noSignIn, type SignIn } from "../../src/auth/sign-in.js";
import { type CallerCheck, createCallerCheck } from "../../src/server/caller-check.js";
import { createHttpApp } from "../../src/server/http-app.js";

/** Our routes in a program of one's own, without LangGraph's server. */
let folder: string;
let signIn: SignIn;
let callers: CallerCheck;
let app: Hono;
let key: string;
let operator: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "persona-agent-http-app-"));
  const keysFile = join(folder, "keys.jsonl");
  key = await addApiKey(keysFile, "Zoë", new Date());
  operator = await addApiKey(keysFile, undefined, new Date());
  signIn = await createSignIn({ keysFile, tokens: undefined, allowStudio: true });
  callers = createCallerCheck(signIn);
  app = createHttpApp(createPersonaAgent(), { callers, log: () => {} });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const by = (given?: string) =>
  new Request("http://localhost/", given === undefined ? {} : { headers: bearer(given) });
const bearer = (given: string) => ({ authorization: `Bearer ${given}` });
const code = (name: string) => expect.objectContaining({ code: name });

describe("the routes without LangGraph's server", () => {
  it("ask who calls before they read anything", async () => {
    const body = "no JSON";
    for (const [method, path] of [
      ["POST", "/users/Zo%C3%AB/ask"],
      ["POST", "/import"],
      ["GET", "/users"],
      ["GET", "/openapi.json"],
    ]) {
      const init = { method: method ?? "", ...(method === "POST" && { body }) };
      const response = await app.request(path ?? "", init);
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: { code: "auth-missing" } });
    }
    const init = { method: "POST", headers: bearer(key), body };
    expect((await app.request("/users/Zo%C3%AB/ask", init)).status).toBe(400);
    expect((await app.request("/users/Bo/ask", init)).status).toBe(403);
  });

  it("take an import of the caller's own items, and of nobody else's", async () => {
    const send = async (items: unknown) => {
      const body = JSON.stringify({ items, profiles: false });
      return (await app.request("/import", { method: "POST", headers: bearer(key), body })).status;
    };
    const item = { query: "I rest on Sundays." };
    expect(await send([{ ...item, user: "Zoë" }])).toBe(200);
    for (const user of ["Bo", undefined, null, 7, ["Zoë"]])
      expect(
        await send([
          { ...item, user: "Zoë" },
          { ...item, user },
        ]),
      ).toBe(403);
  });
});

it("ends a turn whose listener goes away, and remembers nothing of it", async () => {
  const responses = ["It would have been a long answer."];
  const agent = createPersonaAgent({ model: new FakeListChatModel({ responses, sleep: 20 }) });
  const turns: Promise<unknown>[] = [];
  const ask: typeof agent.ask = (...turn) => {
    const asked = agent.ask(...turn);
    turns.push(asked);
    return asked;
  };
  const log: string[] = [];
  const open = createCallerCheck(noSignIn);
  const routes = createHttpApp({ ...agent, ask }, { callers: open, log: (line) => log.push(line) });
  const response = await routes.request("/users/ada/ask", {
    method: "POST",
    headers: { accept: "text/event-stream" },
    body: JSON.stringify({ message: "Tell me of tea." }),
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let heard = "";
  while (!heard.includes('"kind":"text"')) heard += (await reader?.read())?.value ?? "";
  await reader?.cancel();
  await expect(turns[0]).rejects.toMatchObject({ name: "AbortError" });
  expect(await agent.list("ada")).toEqual([]);
  expect(log).toEqual([]);
});

describe("what every request of a server passes", () => {
  const lines: string[] = [];
  const serverWith = (settings: Partial<RequestSettings>) => {
    const guard = {
      signIn,
      own: () => noServer,
      runOwners: new LRUCache<string, UserKey>({ max: 1 }),
    };
    const log = (line: string) => void lines.push(line);
    const server = createServerApp(createPersonaAgent(), { ...guard, log, ...settings });
    // One of LangGraph's.
    return server.get("/threads/:thread_id", (c) => c.json({}));
  };
  const noServer = {} as ReturnType<GuardOptions["own"]>;

  it("refuses a user's requests beyond the limit in one line, on our routes and LangGraph's", async () => {
    const server = serverWith({ requestsPerMinute: 2 });
    const ask = (path: string, by: string) => server.request(path, { headers: bearer(by) });
    expect((await ask("/users/Zo%C3%AB/locale", key)).status).toBe(200);
    expect((await ask("/threads/one", key)).status).toBe(200);
    for (const path of ["/threads/one", "/users/Zo%C3%AB/locale", "/v1/models", "/nowhere"]) {
      const refused = await ask(path, key);
      expect(refused.status).toBe(429);
      const seconds = Number(refused.headers.get("retry-after"));
      expect(seconds).toBeGreaterThan(50);
      expect(seconds).toBeLessThanOrEqual(60);
      const requestId = refused.headers.get("x-request-id");
      expect(await refused.json()).toEqual({
        error: {
          code: "auth-rate-limited",
          message: `This user has sent more than 2 requests in a minute; expected fewer. Try again in ${seconds} seconds.`,
          ...(path.startsWith("/v1/") ? { type: "rate_limit_error", param: null } : { requestId }),
        },
      });
    }
    for (let n = 0; n < 4; n += 1) expect((await ask("/users", operator)).status).toBe(200);
    // Who is nobody is told so.
    expect((await server.request("/users")).status).toBe(401);
  });

  it("is told in the log by its route, without what anybody wrote", async () => {
    const server = serverWith({ logsRequests: true });
    const headers = { ...bearer(key), "x-request-id": "one" };
    lines.length = 0;
    await server.request("/users/Zo%C3%AB/episodes?limit=5", { headers });
    await server.request("/users/Bo/episodes", { headers });
    await server.request("/threads/secret-thread", { headers: bearer(operator) });
    await server.request("/secret-path");
    const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const of = told.map(({ route, status, caller }) => [route, status, caller]);
    expect(of).toEqual([
      ["/users/:user/episodes", 200, "user"],
      ["/users/:user/episodes", 403, "user"],
      ["/threads/:thread_id", 200, "operator"],
      ["unknown", 401, "nobody"],
    ]);
    expect(told[0]).toMatchObject({ method: "GET", requestId: "one" });
    expect(lines.join("")).not.toMatch(/secret|Zo|Bo/);
  });

  it("has settings that are checked at the start", () => {
    expect(readRequestSettings({})).toEqual({ requestsPerMinute: null, logsRequests: false });
    expect(readRequestSettings({ RATE_LIMIT: "60", LOG_REQUESTS: "on" })).toEqual({
      requestsPerMinute: 60,
      logsRequests: true,
    });
    for (const env of [{ RATE_LIMIT: "0" }, { RATE_LIMIT: "ten" }, { LOG_REQUESTS: "yes" }])
      expect(() => readRequestSettings(env)).toThrow(/^(RATE_LIMIT|LOG_REQUESTS) is .*; expected/);
  });
});

describe("userOf", () => {
  it("is who is signed in, in whatever form the name is written", async () => {
    expect(await callers.userOf(by(key), undefined)).toBe("Zoë");
    expect(await callers.userOf(by(key), "Zoë".normalize("NFD"))).toBe("Zoë");
    await expect(callers.userOf(by(key), "zoë")).rejects.toThrow(code("auth-forbidden"));
    await expect(callers.userOf(by(key), "")).rejects.toThrow(code("auth-forbidden"));
    await expect(callers.userOf(by(), "Zoë")).rejects.toThrow(code("auth-missing"));
  });

  it("is whom an operator names, or anybody where nobody signs in", async () => {
    for (const [check, request] of [
      [callers, by(operator)],
      [createCallerCheck(noSignIn), by()],
    ] as const) {
      expect(await check.userOf(request, "Bo")).toBe("Bo");
      await expect(check.userOf(request, undefined)).rejects.toThrow(code("config-user-invalid"));
    }
  });

  it("takes Studio for an operator only where that is asked for, and only without a key", async () => {
    const studio = { "x-auth-scheme": "langsmith" };
    const headers = (more: object = {}) => new Headers({ ...studio, ...more });
    expect(await signIn.callerOf(headers())).toEqual({ isOperator: true });
    const wrong = signIn.callerOf(headers(bearer("wrong")));
    await expect(wrong).rejects.toThrow(code("auth-missing"));
    const keysFile = join(folder, "keys.jsonl");
    const strict = await createSignIn({ keysFile, tokens: undefined, allowStudio: false });
    await expect(strict.callerOf(headers())).rejects.toThrow(code("auth-missing"));
  });

  it("says that it cannot tell where the keys or the key set cannot be read", async () => {
    const keysFile = join(folder, "gone.jsonl");
    await addApiKey(keysFile, "Zoë", new Date());
    const tokens = {
      jwksUrl: "http://127.0.0.1:1/keys",
      issuer: "x",
      audience: "x",
      userClaim: "sub",
      rolesClaim: "roles",
      operatorRole: undefined,
    };
    const lost = await createSignIn({ keysFile, tokens, allowStudio: false });
    await rm(keysFile);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const token = `${part({ alg: "ES256", kid: "a" })}.${part({ sub: "Zoë" })}.c2ln`;
    for (const given of [key, token]) {
      const call = lost.callerOf(new Headers(bearer(given)));
      await expect(call).rejects.toThrow(code("auth-unavailable"));
      await expect(call).rejects.toThrow(/^(?![^]*gone\.jsonl)[^\n]+$/);
    }
  });
});
