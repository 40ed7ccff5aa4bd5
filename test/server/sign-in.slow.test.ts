import { readdirSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { Client } from "@langchain/langgraph-sdk";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { WebSocket } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addApiKey } from "../../src/auth/api-keys.js";
import { inspectRoutes } from "hono/dev";
import { runCli } from "../../src/cli/run-cli.js";
import { noSignIn } from "../../src/auth/sign-in.js";
import { reflectionThreadId } from "../../src/app/alignment-runs/run-thread-id.js";
import { createPersonaAgent } from "../../src/app/create-persona-agent.js";
import { userKey } from "../../src/domain/user-id.js";
import { createServerApp } from "../../src/server/server-app.js";
import { type DevServer, startDevServer } from "../support/servers/dev-server.js";
import {
  expectBrokenBodies,
  expectLargeBodies,
  expectUnknownCallers,
  expectUnknownRoutes,
} from "../support/servers/refusals.js";
import {
  type Cell,
  erasing,
  matrix,
  type Row,
  type World,
} from "../support/servers/sign-in-matrix.js";
import { newDataFolder } from "../support/setup/data-folder.js";

/** One real server with sign-in for all of it. Ada's data has one word that nobody else's has. */
const ada = "ada@example.org";
const bob = "bob@example.org";
const secret = "zebra";
const columns = ["studio", "nobody", "other", "operator", "own"] as const;
type Column = (typeof columns)[number];

const ask = { assistant_id: "agent", input: { messages: [{ role: "user", content: "Hi." }] } };

let dataDir: string;
let server: DevServer;
let keySet: Server;
let world: World;
/** For whoever is refused: nothing new is needed. */
let refused: World;
let keysFile: string;
const keys: Record<"own" | "other" | "operator" | "foreign", string> = {} as never;
const issuer = "https://id.example.org";
const pair = await generateKeyPair("ES256");

const headersOf = (column: Column): Record<string, string> => {
  if (column === "nobody") return {};
  if (column === "studio") return { "x-auth-scheme": "langsmith" };
  return { authorization: `Bearer ${keys[column]}` };
};

async function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: unknown,
): Promise<Response> {
  return fetch(`${server.info.url}${path}`, {
    method,
    headers: {
      ...(path === "/mcp" && { accept: "application/json, text/event-stream" }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function asAda<Result>(method: string, path: string, body?: unknown): Promise<Result> {
  const response = await send(method, path, headersOf("own"), body);
  const text = await response.text();
  expect(response.status, `${method} ${path}: ${text}`).toBeLessThan(300);
  return JSON.parse(text) as Result;
}

const token = (claims: Record<string, unknown>, expires = "5m", audience = "persona") =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", kid: "one" })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(pair.privateKey);

beforeAll(async () => {
  dataDir = await newDataFolder("persona-agent-sign-in-");
  keysFile = join(dataDir, "keys.jsonl");
  const now = new Date();
  keys.own = await addApiKey(keysFile, ada, now);
  keys.other = await addApiKey(keysFile, bob, now);
  keys.operator = await addApiKey(keysFile, undefined, now);
  keys.foreign = await addApiKey(join(dataDir, "others.jsonl"), ada, now);
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: "one", alg: "ES256", use: "sig" };
  keySet = createServer((_request, response) => {
    response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((done) => keySet.listen(0, "127.0.0.1", done));
  server = await startDevServer(["--data-dir", dataDir], {
    AUTH_KEYS_FILE: keysFile,
    AUTH_JWKS_URL: `http://127.0.0.1:${(keySet.address() as AddressInfo).port}/keys`,
    AUTH_ISSUER: issuer,
    AUTH_AUDIENCE: "persona",
    AUTH_OPERATOR_ROLE: "admin",
    LOG_REQUESTS: "on",
    // More than all of these tests send.
    RATE_LIMIT: "100000",
  });
  world = await makeWorld();
  const run = await world.newRunWithoutThread();
  const standing =
    <Value>(value: Value) =>
    () =>
      Promise.resolve(value);
  refused = {
    ...world,
    newAssistant: standing(world.assistant),
    newThread: standing(world.thread),
    newRun: standing({ thread: world.thread, run: world.run }),
    newRunWithoutThread: standing(run),
    newEpisode: standing(world.episode),
  };
}, 180_000);

afterAll(async () => {
  server?.child.kill("SIGKILL");
  keySet?.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function makeWorld(): Promise<World> {
  const newThread = async () => {
    const { thread_id: id } = await asAda<{ thread_id: string }>("POST", "/threads", {});
    return id;
  };
  const newRun = async () => {
    const thread = await newThread();
    await asAda("POST", `/threads/${thread}/runs/wait`, {
      assistant_id: "agent",
      input: { messages: [{ role: "user", content: `I never eat ${secret}.` }] },
    });
    const [run] = await asAda<{ run_id: string }[]>("GET", `/threads/${thread}/runs`);
    return { thread, run: run?.run_id ?? "" };
  };
  const newAssistant = async () => {
    const body = { graph_id: "agent", context: { instructions: `Speak of a ${secret}.` } };
    return (await asAda<{ assistant_id: string }>("POST", "/assistants", body)).assistant_id;
  };
  const newRunWithoutThread = async () => {
    const input = { messages: [{ role: "user", content: `Is a ${secret} striped?` }] };
    const body = { assistant_id: "agent", input, on_completion: "keep", stream_resumable: true };
    return (await asAda<{ run_id: string }>("POST", "/runs", body)).run_id;
  };
  const newEpisode = async () => {
    const body = { query: `Do I like a ${secret}?`, response: "No." };
    return (await asAda<{ id: string }>("POST", `/users/${ada}/episodes`, body)).id;
  };
  const { thread, run } = await newRun();
  const key = userKey(ada);
  const item = { namespace: [key, "notes"], key: secret, value: { text: secret } };
  expect((await send("PUT", "/store/items", headersOf("own"), item)).status).toBe(204);
  const state = await asAda<{ checkpoint: { checkpoint_id: string } }>(
    "GET",
    `/threads/${thread}/state`,
  );
  return {
    user: ada,
    key,
    assistant: await newAssistant(),
    thread,
    run,
    checkpoint: state.checkpoint.checkpoint_id,
    episode: await newEpisode(),
    newAssistant,
    newThread,
    newRun,
    newRunWithoutThread,
    newEpisode,
  };
}

/** The routes of LangGraph's server as its own modules register them, and ours. */
async function routesOfServer(): Promise<string[]> {
  interface Routes {
    readonly routes: readonly { readonly method: string; readonly path: string }[];
  }
  const folder = resolve("node_modules/@langchain/langgraph-api/dist");
  const apis: Routes[] = [];
  for (const name of readdirSync(join(folder, "api")).filter((file) => file.endsWith(".mjs"))) {
    const { default: api } = (await import(pathToFileURL(join(folder, "api", name)).href)) as {
      default: Routes | ((...parts: unknown[]) => Routes);
    };
    apis.push(
      typeof api === "function" ? api(() => () => new Response(), { runs: {}, threads: {} }) : api,
    );
  }
  const text = await readFile(join(folder, "server.mjs"), "utf8");
  const inline = [...text.matchAll(/\bapp\.(get|post|put|patch|delete)\("([^"]+)"/g)].map(
    ([, method = "", path = ""]) => ({ method: method.toUpperCase(), path }),
  );
  // Each of them is one of the modules, the page of Studio's own components that we do not serve, or ours.
  expect(text.match(/\bapp\.route\(/g)).toHaveLength(8);
  const agent = createPersonaAgent();
  const ours = createServerApp(agent, {
    signIn: noSignIn,
    own: () => new Client(),
    runOwners: new Map() as never,
    log: () => {},
  });
  const all = [{ routes: inline }, ...apis, { routes: inspectRoutes(ours) }]
    .flatMap(({ routes }) => routes)
    .filter((route) => !("isMiddleware" in route && route.isMiddleware));
  const named = new Set(all.filter(({ method }) => method !== "ALL").map(({ path }) => path));
  // What answers any method of a path that has routes says which methods it has.
  const routes = all.filter(({ method, path }) => method !== "ALL" || !named.has(path));
  return [...new Set(routes.map(({ method, path }) => `${method} ${path}`))];
}

async function expectRow(row: Row): Promise<void> {
  for (const column of columns) {
    const isUnknown = column === "nobody" || column === "studio";
    await expectCell(row, column, isUnknown ? (row.nobody ?? 401) : row[column]);
  }
}

async function expectCell(
  row: Row,
  column: Column,
  cell: Cell,
  isTheirs = column === "own" || column === "operator",
): Promise<void> {
  const [named = "", path = ""] = row.route.split(" ");
  const method = named === "ALL" ? "GET" : named;
  const { in: values = [], query, body } = await row.send(isTheirs ? world : refused);
  const left = [...values];
  const filled = path.replaceAll(
    /\/(?::\w+\??|\*)/g,
    () => `/${(left.shift() ?? "").split("/").map(encodeURIComponent).join("/")}`,
  );
  const address = `${filled.replace(/\/$/, "")}${query === undefined ? "" : `?${query}`}`;
  const response = await send(method, address, headersOf(column), body);
  const told = `${row.route} as ${column}`;
  if (cell === "stream") {
    expect(response.status, told).toBe(200);
    await response.body?.cancel();
    return;
  }
  const text = await response.text();
  expect(response.status, `${told}: ${text.slice(0, 300)}`).toBe(cell === "empty" ? 200 : cell);
  if (cell === "empty") expect(JSON.parse(text), told).toBeOneOf([[], 0]);
  if (isTheirs) return;
  expect(text, told).not.toMatch(new RegExp(`${secret}|${userKey(ada)}`));
}

describe("a server with sign-in", () => {
  it("has a row for every route", async () => {
    const rows = matrix.map(({ route }) => route);
    expect([...rows].sort()).toEqual((await routesOfServer()).sort());
    expect(new Set(rows).size).toBe(rows.length);
  });

  it.each(matrix.filter((row) => row !== erasing))(
    "gives each caller of $route what is theirs",
    expectRow,
    60_000,
  );

  const places = [
    { context: { userId: ada } },
    { config: { configurable: { userId: ada } } },
    { config: { metadata: { userId: ada } } },
    { metadata: { userId: userKey(ada) } },
    { input: { author: ada, kind: "accept", episodeId: "any" } },
    { command: { resume: { author: ada } } },
  ];

  it.each(places)("refuses %j from Bob on every route that starts a run", async (place) => {
    const { thread_id: thread } = await asBob("POST", "/threads", {});
    const paths = ["", "/stream", "/wait"].flatMap((end) => [
      `/runs${end}`,
      `/threads/${String(thread)}/runs${end}`,
    ]);
    const run = { ...ask, ...place };
    const bodies: [string, unknown][] = [
      ...paths.map((path): [string, unknown] => [path, run]),
      ["/runs/batch", [run]],
      [`/threads/${String(thread)}/commands`, { id: 1, method: "run.start", params: run }],
    ];
    for (const [path, body] of bodies) await expectRefusal(403, "auth-forbidden", path, body);
    const text = await (await send("GET", `/threads/${String(thread)}`, headersOf("other"))).text();
    // Nothing is half written.
    expect(JSON.parse(text)).toMatchObject({ status: "idle", metadata: { userId: userKey(bob) } });
  });

  it("refuses a name in a body without a length, which arrives in pieces", async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(JSON.stringify({ ...ask, ...places[0] })));
        controller.close();
      },
    });
    const headers = { ...headersOf("other"), "content-type": "application/json" };
    const init = { method: "POST", headers, body, duplex: "half" };
    const response = await fetch(`${server.info.url}/runs/wait`, init as RequestInit);
    expect(response.status).toBe(403);
  });

  it("makes the caller the user of a run that names none, also with an assistant that does", async () => {
    const body = { graph_id: "agent", context: { userId: ada } };
    const response = await send("POST", "/assistants", headersOf("operator"), {
      ...body,
      metadata: { userId: userKey(bob) },
    });
    const { assistant_id: id } = (await response.json()) as { assistant_id: string };
    const run = { ...ask, assistant_id: id };
    expect(await asBob("POST", "/runs/wait", run)).toMatchObject({ owner: userKey(bob) });
    expect(await asBob("POST", "/runs/wait", ask)).toMatchObject({ owner: userKey(bob) });
  });

  it("runs no assistant of another user", async () => {
    const run = { ...ask, assistant_id: world.assistant };
    await expectRefusal(404, null, "/runs/wait", run);
    const { thread_id: thread } = await asBob("POST", "/threads", {});
    const start = { id: 1, method: "run.start", params: run };
    const path = `/threads/${String(thread)}/commands`;
    expect((await send("POST", path, headersOf("other"), start)).status).toBe(404);
  });

  it("gives nothing of another user's run on a thread of one's own", async () => {
    const { thread_id: thread } = await asBob("POST", "/threads", {});
    for (const end of ["", "/join", "/stream"])
      await expectRefusal(404, null, `/threads/${String(thread)}/runs/${world.run}${end}`);
    const foreign = await refused.newRunWithoutThread();
    await expectRefusal(404, null, `/threads/${String(thread)}/runs/${foreign}/stream`);
  });

  it("gives nothing of a thread that its owner, or an operator, uses through the protocol", async () => {
    const path = `/threads/${world.thread}/commands`;
    const command = { id: 1, method: "state.get" };
    for (const column of ["own", "operator"] as const)
      expect((await send("POST", path, headersOf(column), command)).status).toBe(200);
    await expectRefusal(404, "auth-forbidden", path, command);
    const events = { channels: ["values", "messages", "custom"] };
    await expectRefusal(404, "auth-forbidden", path.replace("commands", "stream/events"), events);
  });

  it("opens a socket for operators only", async () => {
    const address = `${server.info.url}/threads/${world.thread}/stream/events`.replace(
      "http",
      "ws",
    );
    const open = (column: Column) =>
      new Promise<boolean>((done) => {
        const socket = new WebSocket(address, { headers: headersOf(column) });
        socket.addEventListener("open", () => {
          socket.close();
          done(true);
        });
        socket.addEventListener("error", () => done(false));
      });
    const opened = await Promise.all(columns.map(open));
    expect(columns.filter((_column, place) => opened[place])).toEqual(["operator"]);
  });

  it("keeps the records of memory, and other users' namespaces, out of the store's routes", async () => {
    for (const namespace of [
      ["pa1"],
      ["pa1", "u", userKey(bob)],
      ["pa1", "users"],
      [userKey(ada)],
    ]) {
      await expectRefusal(403, "auth-forbidden", "/store/items/search", {
        namespace_prefix: namespace,
      });
      await expectRefusal(403, "auth-forbidden", "/store/namespaces", { prefix: namespace });
      const query = new URLSearchParams({ namespace: namespace.join("."), key: "x" });
      await expectRefusal(403, "auth-forbidden", `/store/items?${query.toString()}`);
    }
    await expectRefusal(403, "auth-forbidden", "/store/items/search", { namespace_prefix: [] });
    await expectRefusal(403, "auth-forbidden", "/store/namespaces", {});
    await expectRefusal(403, "auth-forbidden", "/store/namespaces", { suffix: [userKey(ada)] });
  });

  it("shows the graphs to everybody, and nobody makes an assistant that looks like one", async () => {
    const system = { metadata: { created_by: "system" } };
    expect(await asBob("POST", "/assistants/search", system)).toHaveLength(4);
    expect(await asBob("GET", "/assistants/agent")).toMatchObject({ graph_id: "agent" });
    await expectRefusal(403, "auth-forbidden", "/assistants", { graph_id: "agent", ...system });
    const { assistant_id: id } = await asBob("POST", "/assistants", { graph_id: "agent" });
    const response = await send("PATCH", `/assistants/${String(id)}`, headersOf("other"), system);
    expect(response.status).toBe(403);
    expect((await send("DELETE", "/assistants/agent", headersOf("other"))).status).toBe(404);
  });

  it("sends nothing to an address that a user's run names", async () => {
    await expectRefusal(403, "auth-forbidden", "/runs/wait", {
      ...ask,
      webhook: "http://[::1]:1/",
    });
  });

  it("takes an author of feedback only where it is the caller", async () => {
    const { id } = await asBob("POST", `/users/${bob}/episodes`, { query: "A?", response: "B." });
    const path = `/users/${bob}/episodes/${String(id)}/feedback`;
    const answer = { kind: "answer", text: "C." };
    await expectRefusal(403, "auth-forbidden", path, { ...answer, author: ada });
    await asBob("POST", path, { ...answer, author: bob });
  });

  it("reflects and takes feedback over our routes after the server has run those graphs itself", async () => {
    const episode = await world.newEpisode();
    const input = { episodeId: episode, kind: "reject" };
    for (const [graph, given] of [
      ["reflection", {}],
      ["feedback", input],
    ] as const)
      await asAda("POST", "/runs/wait", { assistant_id: graph, input: given });
    await asAda("POST", `/users/${ada}/reflect`, {});
    const told = await asAda("POST", `/users/${ada}/episodes/${episode}/feedback`, {
      kind: "reject",
    });
    expect(told).toMatchObject({ outcome: "unchanged" });
  });

  it("schedules on threads of its own, also where another user took the thread before", async () => {
    const eve = "eve@example.org";
    const headers = { authorization: `Bearer ${await token({ sub: eve })}` };
    const thread = reflectionThreadId(eve);
    await asBob("POST", "/threads", { thread_id: thread });
    const context = { reflectAfter: 1 };
    const turn = await send("POST", "/runs/wait", headers, { ...ask, context });
    expect(await turn.json()).toMatchObject({ reflection: { due: true }, degraded: [] });
    const metadata = { userId: userKey(eve), graph_id: "reflection" };
    const found = await send("GET", `/threads/${thread}`, headers);
    expect(await found.json()).toMatchObject({ metadata });
    await expectRefusal(404, null, `/threads/${thread}`);
  });

  it("writes no user's id into traces and checkpoints", async () => {
    const history = await asAda<{ metadata: unknown }[]>(
      "POST",
      `/threads/${world.thread}/history`,
      {},
    );
    const metadata = JSON.stringify(history.map((state) => state.metadata));
    expect(metadata).toContain(userKey(ada));
    expect(metadata).not.toContain(ada);
  });
});

describe("signing in", () => {
  const list = `/users/${ada}/episodes`;
  const given = (credential: string) => ({ authorization: `Bearer ${credential}` });

  it.each(["authorization", "x-api-key"])("takes a key in %s", async (header) => {
    const value = header === "authorization" ? `Bearer ${keys.own}` : keys.own;
    expect((await send("GET", list, { [header]: value })).status).toBe(200);
    const thread = `/threads/${world.thread}`;
    expect((await send("GET", thread, { [header]: value })).status).toBe(200);
  });

  it("takes a token of the identity provider, and an operator's role", async () => {
    expect((await send("GET", list, given(await token({ sub: ada })))).status).toBe(200);
    expect((await send("GET", list, given(await token({ sub: bob })))).status).toBe(403);
    const admin = await token({ sub: bob, roles: ["reader", "admin"] });
    expect((await send("GET", "/users", given(admin))).status).toBe(200);
    const reader = await token({ sub: bob, roles: "administrator" });
    expect((await send("GET", "/users", given(reader))).status).toBe(403);
  });

  it("signs the command line in by a variable, and shows it nowhere", async () => {
    const url = ["--url", server.info.url, "--user", ada];
    const commands = [
      ["ask", "What do I never eat?", ...url],
      ["memory", "list", ...url],
    ];
    for (const words of commands) {
      const key = (value: string) => commandLine(words, { PERSONA_AGENT_API_KEY: value });
      expect(await key(keys.own)).toMatchObject({ code: 0, stderr: "" });
      const wrong = await key(keys.foreign);
      expect(wrong.code).toBe(1);
      expect(wrong.stderr).toMatch(/^persona-agent: This server does not know the key;[^\n]+\n$/);
      const other = await key(keys.other);
      expect(other.stderr).toMatch(/^persona-agent: [^\n]*another user[^\n]+\n$/);
      const broken = await key("a b");
      expect(broken.stderr).toMatch(/^persona-agent: PERSONA_AGENT_API_KEY holds[^\n]+\n$/);
      for (const { stdout, stderr } of [wrong, other, broken])
        expect(stdout + stderr).not.toMatch(/pa_|a b/);
    }
  });

  it("tells the command line that a thread's name is another user's", async () => {
    const words = (user: string) => ["ask", "Hi.", "--thread", "work", "--user", user];
    const ask = (user: string, key: string) =>
      commandLine([...words(user), "--url", server.info.url, "--json"], {
        PERSONA_AGENT_API_KEY: key,
      });
    expect(await ask(ada, keys.own)).toMatchObject({ code: 0 });
    expect(await ask(ada, keys.own)).toMatchObject({ code: 0 });
    const { stdout } = await ask(bob, keys.other);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "config-thread-owner" } });
  });

  it("refuses every other one in one line, with the request's id", async () => {
    const stranger = await generateKeyPair("ES256");
    const unsigned = (await token({ sub: ada })).split(".");
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    const unknown = await new SignJWT({ sub: ada })
      .setProtectedHeader({ alg: "ES256", kid: "one" })
      .setIssuer(issuer)
      .setAudience("persona")
      .setExpirationTime("5m")
      .sign(stranger.privateKey);
    const wrong: [Record<string, string>, RegExp][] = [
      [{}, /^Nobody is signed in;/],
      [given(keys.foreign), /does not know the key/],
      [given(`${keys.own}x`), /does not know the key/],
      [{ authorization: `Basic ${keys.own}` }, /does not know the key/],
      [given(await token({ sub: ada }, "-1m")), /has expired/],
      [given(await token({ sub: ada }, "5m", "another")), /token's aud is not/],
      [given(await token({ sub: "*" })), /token's sub is no user id/],
      [given(await token({})), /token's sub is no user id/],
      [given(unknown), /not signed by a known key/],
      [given(`${none}.${unsigned[1] ?? ""}.`), /not signed by a known key/],
    ];
    for (const [headers, line] of wrong)
      for (const path of [list, `/threads/${world.thread}`]) {
        const response = await send("GET", path, { ...headers, "x-request-id": "mine-1" });
        expect(response.status).toBe(401);
        expect(response.headers.get("x-request-id")).toBe("mine-1");
        expect(response.headers.get("www-authenticate")).toBe("Bearer");
        const { error } = (await response.json()) as { error: Record<string, string> };
        expect(error).toMatchObject({ code: "auth-missing", requestId: "mine-1" });
        expect(error["message"]).toMatch(line);
        expect(error["message"]).not.toContain("\n");
      }
    const response = await send("GET", "/v1/models", given(keys.foreign));
    expect(await response.json()).toEqual({
      error: {
        code: "auth-missing",
        message: expect.stringMatching(/does not know the key/),
        type: "invalid_request_error",
        param: null,
      },
    });
  });

  describe("refuses in one line, with the request's id, on every route", () => {
    // LangGraph answers its internal one before anything of ours, to operators only.
    const rows = matrix.filter(({ route }) => !route.includes("/internal/"));
    const refusing = () => ({
      url: server.info.url,
      rows,
      world: refused,
      operator: headersOf("operator"),
    });
    const kept = async () => {
      const read = async (method: string, path: string, body?: object) =>
        (await send(method, path, headersOf("operator"), body)).text();
      const all = { limit: 1_000 };
      return {
        ...JSON.parse(await read("GET", `/users/${ada}/export`)),
        exportedAt: null,
        users: await read("GET", "/users"),
        threads: await read("POST", "/threads/search", { ...all, select: ["thread_id"] }),
        assistants: await read("POST", "/assistants/search", all),
        items: await read("POST", "/store/items/search", { namespace_prefix: [world.key], ...all }),
      } as object;
    };

    it("a wrong key, one of another deployment and a token that has expired", async () => {
      await expectUnknownCallers(refusing(), {
        "no key": {},
        "a wrong key": given(`${keys.own}x`),
        "a key of another deployment": given(keys.foreign),
        "a token that has expired": given(await token({ sub: ada }, "-1m")),
      });
    }, 60_000);

    it("a body that is broken or of 100 MB, and what is no route; nothing is half written", async () => {
      const before = await kept();
      expect(await expectBrokenBodies(refusing())).toBeGreaterThan(40);
      await expectLargeBodies(refusing());
      await expectUnknownRoutes(refusing());
      expect(await kept()).toEqual(before);
    }, 120_000);
  });

  it(`gives each caller of ${erasing.route} what is theirs`, () => expectRow(erasing));

  it("never writes a key, a token or the server's own secret into its log, and a line for each request", async () => {
    const signed = await token({ sub: ada });
    await send("GET", list, { ...given(signed), "x-request-id": "last-one" });
    await server.end("SIGINT");
    const log = await server.log;
    const requests = log.split("\n").filter((line) => line.startsWith('{"at":'));
    const told = requests.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(told.find(({ requestId }) => requestId === "last-one")).toEqual({
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      method: "GET",
      route: "/users/:user/episodes",
      status: 200,
      ms: expect.any(Number),
      requestId: "last-one",
      caller: "user",
    });
    const routes = new Set(told.map(({ method, route }) => `${String(method)} ${String(route)}`));
    // LangGraph answers its internal one before anything of ours.
    const rows = matrix.filter(({ route }) => !/^ALL|internal/.test(route));
    expect(rows.map(({ route }) => route).filter((route) => !routes.has(route))).toEqual([]);
    expect(requests.join("\n")).not.toMatch(new RegExp(`${secret}|${ada}|${userKey(ada)}`));
    for (const key of [...Object.values(keys), signed]) expect(log).not.toContain(key);
    expect(log).not.toMatch(/Bearer [\w-]{20}/);
    // The server writes its threads while it is idle, and at its end.
    const folder = join(dataDir, "langgraph", ".langgraph_api");
    const files = readdirSync(folder);
    expect(files.length).toBeGreaterThan(0);
    for (const name of files) {
      const kept = await readFile(join(folder, name), "utf8");
      for (const key of [...Object.values(keys), signed]) expect(kept).not.toContain(key);
      expect(kept).not.toMatch(/Bearer [\w-]{20}/);
    }
  });
});

/** The same server again, begun with `AUTH_STUDIO=on`. Studio's page sends this header, and no key. */
describe("a server that lets Studio in", () => {
  const studio = headersOf("studio");
  const origin = "https://smith.langchain.com";

  beforeAll(async () => {
    const env = { AUTH_KEYS_FILE: keysFile, AUTH_STUDIO: "on" };
    server = await startDevServer(["--data-dir", dataDir], env);
    world = await makeWorld();
  }, 60_000);

  it.each(matrix.filter((row) => row !== erasing))(
    "gives Studio of $route what it gives an operator",
    (row) => expectCell(row, "studio", row.operator, true),
    60_000,
  );

  it("lets its page open a graph, talk to it and step back, and nobody else without a key", async () => {
    const asked = {
      "access-control-request-method": "POST",
      "access-control-request-headers": "x-auth-scheme",
    };
    const allowed = await send("OPTIONS", "/threads", { origin, ...asked });
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get("access-control-allow-origin")).toBeOneOf(["*", origin]);
    const json = async (method: string, path: string, body?: object) => {
      const response = await send(method, path, { ...studio, origin }, body);
      expect(response.status, path).toBe(200);
      return (await response.json()) as Record<string, unknown>;
    };
    await json("GET", "/assistants/agent/graph?xray=true");
    await json("GET", "/assistants/agent/schemas");
    const { thread_id: thread } = await json("POST", "/threads", {});
    const path = `/threads/${String(thread)}`;
    await json("POST", `${path}/runs/wait`, { ...ask, context: { userId: "studio's own" } });
    const [latest] = (await json("POST", `${path}/history`, {})) as unknown as [
      { values: { owner: string } },
    ];
    expect(latest.values.owner).toBe(userKey("studio's own"));
    for (const headers of [
      {},
      { "x-auth-scheme": "other" },
      { ...studio, "x-api-key": keys.foreign },
    ])
      expect((await send("GET", path, headers)).status).toBe(401);
  });
});

async function commandLine(words: readonly string[], env: Record<string, string>) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await runCli(words, {
    env,
    stdin: Readable.from([]),
    stdout,
    stderr,
    signal: new AbortController().signal,
    openAgent: () => Promise.reject(new Error("No data folder is opened.")),
  });
  stdout.end();
  stderr.end();
  return { code, stdout: await text(stdout), stderr: await text(stderr) };
}

async function asBob(method: string, path: string, body?: unknown) {
  const response = await send(method, path, headersOf("other"), body);
  const text = await response.text();
  expect(response.status, `${method} ${path}: ${text}`).toBe(200);
  return JSON.parse(text) as Record<string, unknown>;
}

/** @param code - Of an error of ours; `null` for one of LangGraph. A body makes it a `POST`. */
async function expectRefusal(status: number, code: string | null, path: string, body?: unknown) {
  const method = body === undefined ? "GET" : "POST";
  const response = await send(method, path, headersOf("other"), body);
  const text = await response.text();
  expect(response.status, `${method} ${path}: ${text}`).toBe(status);
  expect(response.headers.get("x-request-id")).toMatch(/^[\w-]+$/);
  expect(text).not.toMatch(new RegExp(`${secret}|${ada}`));
  if (code !== null) expect(JSON.parse(text)).toMatchObject({ error: { code } });
}
