import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InMemoryStore, MemorySaver } from "@langchain/langgraph-checkpoint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createPersonaAgent } from "../../src/app/create-persona-agent.js";
import { openPersonaAgent } from "../../src/app/open-persona-agent.js";
import { callVerb } from "../../src/app/verbs/call-verb.js";
import { type VerbInput, type VerbName, type VerbOutput, verbs } from "../../src/contract/verbs.js";
import { decideByBenefit } from "../../src/domain/alignment/expected-benefit.js";
import { initialPersona } from "../../src/domain/persona/persona-checkpoint.js";
import type { UserArchive } from "../../src/domain/user-archive.js";
import { hasBrowser, startBrowser } from "../support/console/browser.js";
import buildConsole from "../support/console/build-console.js";
import { commandLineOf } from "../support/processes/command-line.js";
import { type DevServer, startDevServer } from "../support/servers/dev-server.js";
import { newDataFolder } from "../support/setup/data-folder.js";
import { alignmentRecord } from "../support/users/alignment-record.js";
import { turnAt } from "../support/users/episodes.js";

/**
 * Every verb through every door, each on a user of its own with the same archive: what differs in a result then differs
 * because of the door.
 */
const agent = createPersonaAgent({ store: new InMemoryStore(), checkpointer: new MemorySaver() });
const run = commandLineOf(agent);
const doors = ["library", "cli", "cli-url", "http"] as const;
type Door = (typeof doors)[number];

let folder: string;
let server: DevServer;
let archive: UserArchive;
let [first, last] = ["", ""];
const startedAt = Date.now();

beforeAll(async () => {
  const { memory } = agent;
  const episodes = Array.from({ length: 4 }, (_, n) =>
    turnAt(n + 1, `Which of the films is the best, number ${n}?`, { groundTruth: "The heist." }),
  );
  await memory.episodes.addMany("origin", episodes);
  [first = "", last = ""] = [episodes[0]?.id, episodes.at(-1)?.id];
  await agent.buildProfile("origin");
  let parent = initialPersona;
  for (const [n, text] of ["Names one film.", "Names the heist."].entries())
    parent = await memory.personas.append("origin", {
      at: `2026-02-0${n + 1}T00:00:00.000Z`,
      author: "person",
      status: "active",
      lines: [{ text, tool: null, evidence: [first] }],
      reason: "A person wrote it.",
      parent,
    });
  // One that waits for new answers, as log and status say.
  const holdout = Array.from({ length: 22 }, (_, n) => ({
    item: `h${n}`,
    parent: [n < 6 ? 0 : 1],
    candidate: [n >= 6 && n < 10 ? 0 : 1],
  }));
  const decision = decideByBenefit({ batch: [], holdout, remaining: 0 });
  await memory.personas.append("origin", {
    at: "2026-02-03T00:00:00.000Z",
    author: "alignment",
    status: "rejected",
    lines: [{ text: "Names two films.", tool: null, evidence: [first] }],
    reason: decision.reason,
    alignment: alignmentRecord({ decision, review: null }),
    parent,
  });
  await agent.setLocale("origin", { timeZone: "Europe/Paris" });
  archive = await agent.export("origin");
  folder = await newDataFolder("persona-agent-doors-");
  server = await startDevServer(["--data-dir", folder], {});
}, 180_000);

afterAll(async () => {
  await server?.end("SIGTERM");
  await rm(folder, { recursive: true, force: true });
});

interface Row<Name extends VerbName> {
  readonly input: (user: string) => VerbInput<Name>;
  /** The words of the command; `null` where the command line has none. */
  readonly words: ((user: string, input: VerbInput<Name>) => string[] | Promise<string[]>) | null;
  /** The library's method. */
  readonly method: (user: string, input: VerbInput<Name>) => Promise<unknown>;
  /** What is done before, at the same door's state. */
  readonly before?: {
    [Other in VerbName]?: (user: string) => VerbInput<Other>;
  };
  /** What of the result is the door's own. */
  readonly own?: (result: VerbOutput<Name>, user: string) => unknown;
}

const paper = { mode: "paper", refreshProfile: false } as const;
const ofUser = (user: string) => ({ user });
const command =
  (...words: string[]) =>
  (user: string) => [...words, "--user", user];

const rows: { readonly [Name in VerbName]: Row<Name> } = {
  ask: {
    input: (user) => ({
      user,
      message: "Which film is the best?",
      conversation: {
        id: "sofa-1",
        earlier: [
          { role: "user", content: "I like films." },
          { role: "assistant", content: "Noted." },
        ],
      },
      why: true,
    }),
    words: async (user, { message, conversation }) => {
      const file = join(folder, `${user}-conversation.json`);
      await writeFile(file, JSON.stringify(conversation));
      return ["ask", "--user", user, "--why", "--conversation", file, message];
    },
    method: (user, { message, conversation }) =>
      agent.ask(user, message, { conversation, why: true }),
  },
  remember: {
    input: (user) => ({ user, query: "Tea?", answer: "Yes.", at: "2026-03-01", id: "order 17" }),
    words: (user, { query, answer = "", at = "", id = "" }) => [
      "memory",
      "add",
      "--user",
      user,
      "--answer",
      String(answer),
      "--at",
      at,
      "--id",
      id,
      query,
    ],
    method: async (user, { query, answer, at: time, id }) => {
      const interaction = { query, answer, at: time, id };
      await agent.remember(user, interaction);
      // The same id again is the same interaction.
      return agent.remember(user, interaction);
    },
    // The id is made of the user's, so that two users never share one.
    own: (result) => ({ ...result, id: "" }),
  },
  import: {
    input: (user) => ({
      items: [
        { user: `${user}-new`, query: "Tea or coffee?", answer: "Tea.", at: "2026-03" },
        { user: `${user}-new`, query: "" },
      ],
    }),
    words: async (user, { items = [] }) => {
      const file = join(folder, `${user}.jsonl`);
      await writeFile(file, items.map((item) => JSON.stringify(item)).join("\n"));
      return ["import", "--data", file];
    },
    method: (_, { items = [] }) => agent.import(items),
  },
  list: {
    input: (user) => ({ user, limit: 2 }),
    words: command("memory", "list", "--limit", "2"),
    method: (user) => agent.list(user, { limit: 2 }),
  },
  // The commands of these two come with what they print.
  show: {
    input: (user) => ({ user, id: first }),
    words: (user, { id }) => ["memory", "show", "--user", user, id],
    method: (user) => agent.show(user, first),
  },
  persona: {
    input: ofUser,
    words: command("persona", "show"),
    method: (user) => agent.persona(user),
  },
  search: {
    input: (user) => ({ user, text: "the best number 2", limit: 3 }),
    words: (user, { text }) => ["memory", "search", "--user", user, "--limit", "3", text],
    method: (user, { text, limit }) => agent.search(user, text, { limit }),
  },
  correct: {
    input: (user) => ({ user, id: first, answer: "The thriller.", author: "a friend" }),
    words: (user, { id, answer }) => [
      "memory",
      "correct",
      "--user",
      user,
      "--answer",
      String(answer),
      "--author",
      "a friend",
      id,
    ],
    method: (user, { id, answer, author }) => agent.correct(user, id, answer, { author }),
  },
  forget: {
    input: (user) => ({ user, id: first }),
    words: (user, { id }) => ["memory", "delete", "--user", user, id],
    method: (user, { id }) => agent.forget(user, id),
  },
  feedback: {
    input: (user) => ({ user, id: last, kind: "reject", reason: "Too long.", author: "a friend" }),
    words: (user, { id }) => [
      "feedback",
      "--user",
      user,
      "--reject",
      "--reason",
      "Too long.",
      "--author",
      "a friend",
      id,
    ],
    method: (user, { id, ...given }) =>
      agent.feedback(user, {
        episodeId: id,
        kind: given.kind,
        reason: given.reason,
        author: given.author,
      }),
  },
  profile: {
    input: ofUser,
    words: command("profile"),
    method: (user) => agent.profile(user),
  },
  restate: {
    input: (user) => ({
      user,
      statement: archive.profiles.at(-1)?.statements[0]?.text ?? "",
      text: "I sing.",
    }),
    words: (user, { statement, text }) => [
      "profile",
      "--user",
      user,
      "--statement",
      statement,
      "--holds",
      text,
    ],
    method: (user, { statement, text }) => agent.restate(user, { statement, text }),
    own: ({ statements, ...profile }) => ({
      ...profile,
      statements: statements.map(({ text, replaces }) => ({ text, replaces })),
    }),
  },
  log: { input: ofUser, words: command("log"), method: (user) => agent.log(user) },
  diff: {
    input: (user) => ({ user, from: 0, to: 2 }),
    words: command("diff", "--from", "0", "--to", "2"),
    method: (user) => agent.diff(user, { from: 0, to: 2 }),
  },
  rollback: {
    input: (user) => ({ user, to: 1 }),
    words: command("rollback", "--to", "1"),
    method: (user) => agent.rollback(user, { to: 1 }),
  },
  align: {
    input: (user) => ({ user, settings: paper }),
    words: command("align", "--mode", "paper"),
    method: (user) => agent.align(user, { settings: paper }),
  },
  review: {
    input: ofUser,
    words: command("review"),
    method: (user) => agent.pendingReview(user),
    before: { align: (user) => ({ user, settings: { ...paper, review: true } }) },
  },
  decide: {
    input: (user) => ({ user, decision: "approve", note: "It reads well." }),
    words: command("review", "--approve", "--note", "It reads well."),
    method: (user) => agent.review(user, { decision: "approve", note: "It reads well." }),
    before: { align: (user) => ({ user, settings: { ...paper, review: true } }) },
  },
  reflect: { input: ofUser, words: command("reflect"), method: (user) => agent.reflect(user) },
  status: { input: ofUser, words: command("status"), method: (user) => agent.status(user) },
  statuses: {
    input: () => ({}),
    words: () => ["status"],
    method: () => agent.statuses(),
    own: (result, user) => result.filter((each) => each.user === user),
  },
  health: {
    input: () => ({}),
    words: () => ["health"],
    method: () => agent.health(),
    // The library's store and index are in its process.
    own: (result) => ({ ...result, index: { ...result.index, kind: "any" }, unindexed: null }),
  },
  usage: {
    input: (user) => ({ user, from: "2026-01-01", per: "month" }),
    words: command("usage", "--from", "2026-01-01", "--per", "month"),
    method: (user) => agent.usage(user, { from: "2026-01-01", per: "month" }),
    // A turn of its own, in each door's process.
    before: { ask: (user) => ({ user, message: "Which film is the best?" }) },
  },
  usages: {
    input: (user) => ({ to: "2027-01-01", limit: 1, after: `${user}!` }),
    words: (user) => ["usage", "--to", "2027-01-01", "--limit", "1", "--after", `${user}!`],
    method: (user) => agent.usages({ to: "2027-01-01", limit: 1, after: `${user}!` }),
    // Who comes after is the door's own.
    own: ({ users, next }) => [users.length <= 1, next === null || next === users[0]?.user],
  },
  locale: { input: ofUser, words: command("locale"), method: (user) => agent.locale(user) },
  setLocale: {
    input: (user) => ({ user, timeZone: null, language: "fr" }),
    words: command("locale", "--time-zone", "", "--language", "fr"),
    method: (user) => agent.setLocale(user, { timeZone: null, language: "fr" }),
  },
  users: {
    input: () => ({}),
    words: () => ["users"],
    method: () => agent.users(),
    own: (result, user) => result.filter((each) => each === user),
  },
  export: { input: ofUser, words: command("export"), method: (user) => agent.export(user) },
  erase: {
    input: ofUser,
    words: command("erase", "--yes"),
    method: (user) => agent.erase(user),
  },
};

/** A request as anybody would send it, with nothing but the route of the contract. */
async function request(name: VerbName, input: object, headers: Record<string, string> = {}) {
  const [method = "", path = ""] = verbs[name].route.split(" ");
  const left = new Map(Object.entries(input));
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, field: string) => {
    const value = String(left.get(field));
    left.delete(field);
    return encodeURIComponent(value);
  });
  const isRead = method === "GET" || method === "DELETE";
  const fields = [...left].map(([field, value]): [string, string] => [field, String(value)]);
  const query = isRead ? `?${new URLSearchParams(fields).toString()}` : "";
  return fetch(`${server.info.url}${filled}${query}`, {
    method,
    headers,
    ...(!isRead && { body: JSON.stringify(Object.fromEntries(left)) }),
  });
}

async function through<Name extends VerbName>(
  door: Door,
  name: Name,
  user: string,
): Promise<unknown> {
  const { input, words, method } = rows[name];
  const given = input(user);
  if (door === "library") return method(user, given);
  if (door === "http") return (await request(name, given)).json();
  const line = [...((await words?.(user, given)) ?? []), "--json"];
  const { code, out, err } = await run([...line, ...urlOf(door)]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return JSON.parse(out);
}

const urlOf = (door: Door) => (door === "cli-url" ? ["--url", server.info.url] : []);

/** Does something on the state of a door, without a comparison. */
async function at(door: Door, name: VerbName, input: object): Promise<void> {
  if (door === "library" || door === "cli") return void (await callVerb(agent, name, input));
  const response = await request(name, input);
  expect(response.ok, await response.clone().text()).toBe(true);
}

/** A result with what must differ made equal: the user, run ids, how long it took, and ids and times of what is new. */
function settled(value: unknown, user: string): unknown {
  if (Array.isArray(value)) return value.map((each) => settled(each, user));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [
        key.replaceAll(user, "USER"),
        key === "seconds" || key === "runId" ? typeof each : settled(each, user),
      ]),
    );
  // Chroma keeps vectors in 32 bits, the index in the process in 64.
  if (typeof value === "number") return Math.round(value * 100_000) / 100_000;
  if (typeof value !== "string") return value;
  const text = value.replaceAll(user, "USER");
  if (z.iso.datetime().safeParse(text).success)
    return Date.parse(text) >= startedAt ? "a new time" : text;
  if (/^[0-9a-v]{26}$/.test(text)) return text > last ? "a new interaction" : text;
  return text.replace(/^(\d{10})-[0-9a-f]{12}$/, (id, version: string) =>
    archive.personas.some((each) => each.id === id) ? id : `a new version ${version}`,
  );
}

describe("every verb gives the same JSON through every door", () => {
  it.each(Object.keys(verbs) as VerbName[])(
    "%s",
    async (name) => {
      const { words, before = {}, own } = rows[name] as Row<VerbName>;
      const open = doors.filter((door) => words !== null || !door.startsWith("cli"));
      const results = new Map<Door, unknown>();
      const walk = async (door: Door) => {
        const user = `${name}-${door}`;
        await at(door, "import", { archive: { ...archive, user } });
        for (const [other, input] of Object.entries(before))
          await at(door, other as VerbName, input(user));
        const result = await through(door, name, user);
        verbs[name].output.parse(result);
        results.set(door, settled(own ? own(result as never, user) : result, user));
      };
      const [here, there] = [
        open.filter((door) => door === "library" || door === "cli"),
        open.filter((door) => door === "cli-url" || door === "http"),
      ];
      // The server has a process of its own; of one process, one door at a time.
      await Promise.all(
        [here, there].map(async (places) => {
          for (const door of places) await walk(door);
        }),
      );
      const expected = results.get("library");
      for (const door of open) expect(results.get(door), door).toEqual(expected);
      if (name === "status") expect(expected).toMatchObject({ promising: true });
      if (name === "export")
        expect(expected).toEqual(settled({ ...archive, user: "USER" }, "USER"));
    },
    60_000,
  );

  it.each(["list", "search", "log", "diff", "profile", "status", "locale"] as const)(
    "%s prints the same to a person",
    async (name) => {
      const printed = await Promise.all(
        (["cli", "cli-url"] as const).map(async (door) => {
          const user = `${name}-${door}`;
          const { words, input } = rows[name] as Row<VerbName>;
          const { out } = await run([
            ...((await words?.(user, input(user))) ?? []),
            ...urlOf(door),
          ]);
          return out.replaceAll(user, "USER");
        }),
      );
      expect(printed[0]).not.toBe("");
      expect(printed[1]).toBe(printed[0]);
    },
  );
});

describe("what is refused", () => {
  const errorSchema = z.strictObject({
    error: z.strictObject({ code: z.string(), message: z.string(), requestId: z.string() }),
  });
  const refused = async (response: Response) => {
    const { error } = errorSchema.parse(await response.json());
    expect(error.message).not.toContain("\n");
    expect(response.headers.get("x-request-id")).toBe(error.requestId);
    return { status: response.status, code: error.code };
  };

  it("has a status, one line and the request's id", async () => {
    const asked = await request(
      "show",
      { user: "log-http", id: "x" },
      { "x-request-id": "mine-1" },
    );
    expect(asked.headers.get("x-request-id")).toBe("mine-1");
    expect(await refused(asked)).toEqual({ status: 404, code: "config-episode-unknown" });
    expect(await refused(await request("rollback", { user: "nobody", to: 1 }))).toEqual({
      status: 404,
      code: "config-user-unknown",
    });
    expect(await refused(await request("list", { user: "a*b" }))).toEqual({
      status: 400,
      code: "config-user-invalid",
    });
    expect(await refused(await request("ask", { user: "ada", message: 7, more: 1 }))).toEqual({
      status: 400,
      code: "config-invalid",
    });
    const { url } = server.info;
    for (const body of ["{", "[1]", '{"user":"bob","query":"Tea?"}'])
      expect(
        await refused(await fetch(`${url}/users/ada/episodes`, { method: "POST", body })),
      ).toEqual({ status: 400, code: "config-invalid" });
    expect(await (await request("list", { user: "ada" })).json()).toEqual([]);

    const nowhere = await fetch(`${url}/users/ada/episodes?before=junk`);
    expect(await refused(nowhere)).toEqual({ status: 400, code: "config-invalid" });
    const wrongMethod = await fetch(`${url}/users/ada/persona`, { method: "PUT" });
    expect(wrongMethod.headers.get("allow")).toBe("GET");
    expect(await refused(wrongMethod)).toEqual({ status: 405, code: "config-invalid" });
    expect(await refused(await fetch(`${url}/users/ada/nothing`))).toEqual({
      status: 404,
      code: "config-invalid",
    });
    expect((await fetch(`${url}/ok`)).status).toBe(200);
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      "a misspelt field",
      () => agent.remember("ada", { query: "Tea?", anwser: "Yes." } as never),
      /"anwser"/,
    ],
    ["a misspelt option", () => agent.list("ada", { limits: 1 } as never), /"limits"/],
    [
      "one of a turn",
      () => agent.ask("ada", "Tea?", { setings: {} } as never),
      /^`ask` takes no "setings"; expected any of threadId, conversation,/,
    ],
    [
      "a conversation that is none",
      () => agent.ask("ada", "Tea?", { conversation: { id: "a b", earlier: [{}] } as never }),
      /\(conversation\.id: expected 1 to 200 letters.*conversation\.earlier\.0\.role is missing/,
    ],
    [
      "a conversation beside a thread",
      () => agent.ask("ada", "Tea?", { conversation: {}, threadId: "kitchen" }),
      /^A `conversation` was given beside a thread/,
    ],
    [
      "one of an alignment",
      () => agent.align("ada", { setting: {} } as never),
      /^`align` takes no "setting"/,
    ],
    [
      "one of a decision",
      () => agent.review("ada", { decision: "approve" }, { signals: 1 } as never),
      /^`review` takes no "signals"/,
    ],
    [
      "one of a reflection",
      () => agent.reflect("ada", { onEvent: 1 } as never),
      /^`reflect` takes no "onEvent"/,
    ],
    [
      "one of feedback",
      () => agent.feedback("ada", { id: last, kind: "accept" } as never),
      /^`feedback` takes no "id"/,
    ],
    ["one of an import", () => agent.import([], { profile: false } as never), /"profile"/],
    [
      "one of an agent",
      async () => createPersonaAgent({ tols: [] } as never),
      /^`createPersonaAgent` takes no "tols"/,
    ],
    [
      "one of an agent with services",
      () => openPersonaAgent({}, { dataDirectory: "x" } as never),
      /^`openPersonaAgent` takes no "dataDirectory"/,
    ],
    [
      "no options but a text",
      () => agent.ask("ada", "Tea?", "kitchen" as never),
      /^The options of `ask` are no object/,
    ],
    ["a version without its name", () => agent.rollback("ada", 1 as never), /\(to is missing\)/],
    [
      "a version that is no name",
      () => agent.rollback("ada", { to: {} } as never),
      /to: Invalid input: expected number or string/,
    ],
    ["nothing to import", () => agent.import(undefined as never), /^There is nothing to import/],
    [
      "a list of options that is none",
      () => agent.remember("ada", { query: "Tea?", options: "tea" }),
      /cannot be stored: options has the wrong form/,
    ],
  ])("is, in code, %s", async (_what, call, message) => {
    await expect(call()).rejects.toMatchObject({
      code: "config-invalid",
      message: expect.stringMatching(message),
    });
    expect(await agent.list("ada")).toEqual([]);
  });

  it("is every call after `close`", async () => {
    const closed = createPersonaAgent();
    await closed.close();
    for (const call of [
      () => closed.ask("ada", "Tea?"),
      () => closed.remember("ada", { query: "Tea?" }),
      () => closed.list("ada"),
      () => closed.align("ada"),
    ])
      await expect(call()).rejects.toMatchObject({
        code: "memory-closed",
        message: expect.stringContaining("after `close`"),
      });
    await closed.close();
  });

  it("is the same line on the command line, here and through a server", async () => {
    for (const words of [
      ["memory", "delete", "--user", "log-cli", "x"],
      ["rollback", "--user", "nobody", "--to", "1"],
      ["review", "--user", "nobody"],
      ["memory", "add", "--user", "nobody", "--at", "yesterday", "Tea?"],
    ]) {
      const [here, there] = [await run(words), await run([...words, "--url", server.info.url])];
      expect(here).toMatchObject({ code: 1, out: "" });
      expect(there).toEqual(here);
    }
  });
});

it("serves an OpenAPI document with every route", async () => {
  const document = z
    .object({ openapi: z.string(), paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .parse(await (await fetch(`${server.info.url}/openapi.json`)).json());
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(routes.toSorted()).toEqual(
    // Who calls is no verb: only a server has callers.
    ["GET /whoami", ...Object.values(verbs).map(({ route }) => route)].toSorted(),
  );
});

it("imports what others wrote as foreign through a server, too", async () => {
  const file = join(folder, "foreign.jsonl");
  await writeFile(file, JSON.stringify({ user: "quoted", query: "Ines drinks tea." }));
  const words = ["import", "--data", file, "--foreign", "--no-profile", ...urlOf("cli-url")];
  expect(await run(words)).toMatchObject({ code: 0 });
  const [item] = (await (await request("list", { user: "quoted" })).json()) as { id: string }[];
  const shown = await request("show", { user: "quoted", id: item?.id ?? "" });
  expect(await shown.json()).toMatchObject({ source: "foreign" });
});

describe("a whole user", () => {
  it("moves as an archive: export, profile, persona and recall are the same", async () => {
    const user = "moved";
    await agent.import({ ...archive, user });
    const known = async (of: string) =>
      Promise.all([
        agent.profile(of),
        agent.persona(of),
        agent.search(of, "the best film, number 2"),
        agent.log(of),
      ]);
    expect(settled(await known(user), user)).toEqual(settled(await known("origin"), "origin"));
    // From a file, too.
    const file = join(folder, "archive.json");
    await writeFile(file, JSON.stringify({ ...archive, user: "read" }));
    await agent.import(file);
    expect(settled(await known("read"), "read")).toEqual(settled(await known(user), user));
    expect(await run(["import", "--data", file])).toMatchObject({
      code: 1,
      err: expect.stringContaining("Import it as an archive (`import --archive`)"),
    });
    // Again, it changes nothing; another one is refused before anything is written.
    await agent.import({ ...archive, user });
    const before = await agent.export(user);
    const [one, ...others] = archive.episodes;
    const changed = { ...archive, user, episodes: [{ ...one, groundTruth: "No." }, ...others] };
    await expect(agent.import(changed as UserArchive)).rejects.toMatchObject({
      code: "config-file-invalid",
      message: expect.stringContaining("other episodes are remembered already"),
    });
    await expect(agent.import({ ...archive, personas: [7] } as never)).rejects.toMatchObject({
      code: "config-file-invalid",
      message: expect.stringContaining("personas.0"),
    });
    expect({ ...(await agent.export(user)), exportedAt: "" }).toEqual({
      ...before,
      exportedAt: "",
    });
  });

  it("is erased with its threads, here and on a server, and nobody else is", async () => {
    const others = await agent.export("origin");
    await agent.ask("leaving", "I never eat mushrooms.", { threadId: "kitchen" });
    await agent.ask("staying", "I never eat mushrooms.", { threadId: "hall" });
    expect(await agent.erase("leaving")).toMatchObject({ erased: { threads: 1 }, left: {} });
    const messagesOf = async (thread: string) => {
      const { values } = await agent.graph.getState({ configurable: { thread_id: thread } });
      return (values as { messages?: unknown[] }).messages?.length ?? 0;
    };
    expect([await messagesOf("kitchen"), await messagesOf("hall")]).toEqual([0, 2]);
    expect(await agent.search("leaving", "mushrooms")).toEqual([]);
    expect(await agent.users()).not.toContain("leaving");
    expect({ ...(await agent.export("origin")), exportedAt: "" }).toEqual({
      ...others,
      exportedAt: "",
    });

    for (const user of ["leaving", "staying"])
      await run(["ask", ...urlOf("cli-url"), "--user", user, "--thread", `of ${user}`, "Hello."]);
    const erased = await run(["erase", ...urlOf("cli-url"), "--user", "leaving", "--yes"]);
    expect(erased).toMatchObject({ code: 0, err: "" });
    expect(erased.out).toMatch(/ 1 thread\b.*\nA scan found nothing left\.\n$/s);
    const again = await request("erase", { user: "leaving" });
    expect(await again.json()).toEqual({ user: "leaving", erased: {}, left: {} });
    expect(await (await request("erase", { user: "staying" })).json()).toMatchObject({
      erased: { episodes: 1, threads: 1 },
      left: {},
    });
  });
});

it("tells the progress of an alignment as it happens", async () => {
  const accept = { accept: "text/event-stream" };
  const input = { user: "align-http", settings: { mode: "paper", batch: 2 } };
  const text = await (await request("align", input, accept)).text();
  const events = [...text.matchAll(/^event: (.+)\ndata: (.+)$/gm)];
  expect(events.map(([, event]) => event).slice(0, -1)).not.toEqual([]);
  expect(new Set(events.map(([, event]) => event).slice(0, -1))).toEqual(new Set(["progress"]));
  expect(events.at(-1)?.[1]).toBe("result");
  verbs.align.output.parse(JSON.parse(events.at(-1)?.[2] ?? ""));
  for (const [, , data = ""] of events.slice(0, -1)) verbs.align.progress?.parse(JSON.parse(data));
});

it("tells a turn as it happens, and goes on with a conversation that the caller keeps", async () => {
  const user = "talker";
  const accept = { accept: "text/event-stream" };
  const say = async (message: string, conversation: object) => {
    const text = await (await request("ask", { user, message, conversation }, accept)).text();
    const events = [...text.matchAll(/^event: (.+)\ndata: (.+)$/gm)].map(
      ([, event, data = ""]) => ({ event, data: JSON.parse(data) as Record<string, unknown> }),
    );
    const result = verbs.ask.output.parse(events.at(-1)?.data);
    const progress = events.filter(({ event }) => event === "progress").map(({ data }) => data);
    for (const each of progress) verbs.ask.progress?.parse(each);
    const pieces = progress.filter(({ kind }) => kind === "text").map((piece) => piece["text"]);
    return { result, pieces, kinds: progress.map(({ kind }) => kind) };
  };
  const first = await say("I never eat mushrooms.", { id: "kitchen" });
  expect(new Set(first.kinds)).toEqual(
    new Set(["persona-loaded", "memory-recalled", "text", "episode-written"]),
  );
  expect(first.kinds[0]).toBe("persona-loaded");
  expect(first.pieces.join("")).toBe(first.result.answer);
  const earlier = [
    { role: "user", content: "I never eat mushrooms." },
    { role: "assistant", content: first.result.answer },
  ];
  const second = await say("What do I never eat?", { id: "kitchen", earlier });
  // The prompt shows it already.
  expect(second.result.recalled).toEqual([]);
  const elsewhere = await say("What do I never eat?", { id: "hall" });
  expect(elsewhere.result.recalled.map(({ id }) => id)).toContain(first.result.episodeId);
  const again = await say("What do I never eat?", { id: "kitchen", earlier });
  expect(again.result.episodeId).toBe(second.result.episodeId);
  const stored = await (await request("list", { user })).json();
  expect(stored).toMatchObject([
    { query: "What do I never eat?" },
    { query: "What do I never eat?" },
    { query: "I never eat mushrooms." },
  ]);
});

it.skipIf(!hasBrowser)(
  "chats and learns in the console on LangGraph's server too",
  async () => {
    buildConsole();
    const browser = await startBrowser(server.info.url);
    const page = await browser.open("/console/users/visitor/chat");
    const field = page.getByRole("textbox", { name: "Message" });
    const verdict = page.getByRole("button", { name: "Right" });
    for (const [place, message] of ["I never eat mushrooms.", "What do I never eat?"].entries()) {
      await field.fill(message);
      await field.press("Enter");
      await verdict.nth(place).waitFor();
    }
    // The second finds the first in the conversation.
    expect(
      await page.getByRole("button", { name: /^Persona version 0 · 0 recalled/ }).count(),
    ).toBe(2);
    await verdict.nth(1).click();
    await page.getByText("Noted as right.").waitFor();
    await page.getByRole("link", { name: "Learning" }).click();
    await page.getByRole("button", { name: "Start learning" }).click();
    await page.getByRole("heading", { name: /^It did not start/ }).waitFor();
    await browser.close();
    expect(browser.complaints).toEqual([]);
  },
  60_000,
);

describe("what an answer is", () => {
  it("is said as imports say it: numbers, texts, lists", async () => {
    const stored = [
      await agent.remember("rater", { query: "Stars for Heat?", answer: 4, scale: "1-5" }),
      await agent.remember("rater", { query: "Stars for Ran?", answer: 5, scale: [1, 3, 5] }),
      await agent.remember("rater", { query: "Tea?", answer: "yes", options: "yes|no" }),
      await agent.remember("rater", { query: "Coffee?", answer: "maybe", options: ["yes", "no"] }),
      await agent.remember("rater", { query: "Why?", answer: "Because." }),
    ];
    expect(
      stored.map(({ answer, options, scale, answerKind }) => [answer, options, scale, answerKind]),
    ).toEqual([
      ["4", null, { least: 1, greatest: 5 }, "rating"],
      ["5", ["1", "3", "5"], null, "rating"],
      ["yes", ["yes", "no"], null, "choice"],
      ["maybe", ["yes", "no"], null, "not-allowed"],
      ["Because.", null, null, "open"],
    ]);
    const [stars, , tea] = stored;
    expect(await agent.correct("rater", stars?.id ?? "", 2)).toMatchObject({
      answer: "2",
      answerKind: "rating",
    });
    const words = ["memory", "correct", "--user", "rater", "--answer", "perhaps", tea?.id ?? ""];
    expect((await run(words)).out).toContain("The question allows other answers");
  });
});

describe("an interaction with an id of one's own", () => {
  it("is stored once, and found by the id that it got", async () => {
    const at = "2026-01-05T10:00:00Z";
    const stored = await agent.remember("owner", { id: "msg/1 ä", query: "Tea?", at });
    const again = await agent.remember("owner", { id: "msg/1 ä", query: "Tea?", answer: "Yes." });
    expect(again).toEqual({ ...stored, answer: "Yes.", answerKind: "open" });
    expect(await agent.show("owner", stored.id)).toEqual(again);
    expect(await agent.list("owner")).toHaveLength(1);
  });

  it.each([
    [{ id: "msg/1 ä", query: "Coffee?" }, /that of another interaction/],
    [{ id: " ", query: "Tea?" }, /expected 1 to 200 characters/],
    [{ id: "a\nb", query: "Tea?" }, /without control characters/],
    [{ query: "Tea?", at: "soon" }, /The time is "soon"/],
    [{ query: " " }, /The query is empty/],
  ])("is refused in one line: %j", async (interaction, message) => {
    await expect(agent.remember("owner", interaction)).rejects.toThrow(message);
    expect(await agent.list("owner")).toHaveLength(1);
  });

  it("is refused by memory itself, which takes no other ids than its own", async () => {
    const episode = { ...turnAt(1, "Tea?"), id: "msg-1" };
    await expect(agent.memory.episodes.add("owner", episode)).rejects.toMatchObject({
      code: "config-invalid",
      message: expect.stringMatching(/^The episode's id is "msg-1"; expected .* `remember`/),
    });
  });
});
