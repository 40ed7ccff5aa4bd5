import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ChromaClient } from "chromadb";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPersonaAgent } from "../../src/app/open-persona-agent.js";
import { noSignIn } from "../../src/auth/sign-in.js";
import { verbs } from "../../src/contract/verbs.js";
import { type EmbeddedChroma, startChromaServer } from "../../src/memory/chroma/embedded-server.js";
import { createStandaloneApp } from "../../src/server/server-app.js";
import { newDataFolder } from "../support/setup/data-folder.js";
import { hasPostgres, startPostgres, type TestPostgres } from "../support/servers/postgres.js";
import { filesWith } from "../support/users/bytes-of-files.js";
import { placesOf } from "../support/users/everywhere.js";

/** In no other text, and no stem of anything. */
const user = "wombleforth";
const word = "quizzlewump";
const marks = [user, word];
const other = "somebody else";

type Deployment = Awaited<ReturnType<typeof deploy>>;

/** An agent as a program opens it, and its routes as `serve` has them. */
async function deploy(env: Record<string, string>, dataDir: string) {
  const agent = await openPersonaAgent(env, { dataDir, backgroundAlignment: false });
  const app = createStandaloneApp(agent, { signIn: noSignIn, log: () => undefined });
  const call = async (method: string, path: string, body?: object, headers = {}) => {
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const response = await app.request(path, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return text;
  };
  const json = async (...request: Parameters<typeof call>) =>
    JSON.parse(await call(...request)) as Record<string, unknown>;
  return { agent, app, call, json };
}

/** What somebody said through every door there is. */
async function plant({ agent, call, json }: Deployment, who: string, said: string) {
  const of = `/users/${encodeURIComponent(who)}`;
  // The latest answers are other ones than those before, so there is something to learn.
  const items = Array.from({ length: 24 }, (_, n) => ({
    user: who,
    query: `Which tea with the guests, ${said}? Number ${n}. Answer with one of: black, green.`,
    answer: n < 16 ? "black" : "green",
    at: `2026-05-0${1 + Math.floor(n / 4)}T0${n % 4}:00:00Z`,
  }));
  await call("POST", "/import", { items });
  await agent.ask(who, `I never drink ${said} tea.`, { threadId: `the thread of ${said}` });
  const conversation = { id: `talk.${said}`, earlier: [{ role: "user", content: said }] };
  const { episodeId } = await json("POST", `${of}/ask`, {
    message: `What of the ${said}?`,
    conversation,
  });
  const messages = [{ role: "user", content: `My ${said} is blue.` }];
  const chat = { model: "persona-agent", user: who, messages };
  await call("POST", "/v1/chat/completions", chat, { "x-conversation-id": `chat.${said}` });
  const own = { id: `note of ${said}`, query: `Is the ${said} red?`, response: `${said}!` };
  await call("POST", `${of}/episodes`, { ...own, answer: `${said}, yes` });
  await call("POST", `${of}/episodes/${String(episodeId)}/feedback`, {
    kind: "reject",
    reason: `It is no ${said}.`,
    author: `friend ${said}`,
  });
  await call("PATCH", `${of}/episodes/${String(episodeId)}`, { answer: `A ${said} of mine.` });
  await call("PUT", `${of}/locale`, { timeZone: "Europe/Paris", language: "fr" });
  await call("POST", `${of}/reflect`, {});
  const profile = await json("GET", `${of}/profile`);
  const [first] = profile["statements"] as { readonly text: string }[];
  const restated = { statement: first?.text, text: `I keep a ${said}.` };
  await call("PATCH", `${of}/profile`, restated);
  const settings = { review: true, validation: false, iterations: 1, recallLatest: 0 };
  await call("POST", `${of}/align`, { settings });
  const lines = [{ text: `Speaks of the ${said} with care.` }];
  await call("POST", `${of}/review`, { decision: "edit", lines, note: `So says ${said}.` });
  await agent.jobs?.requestReflection(who, {});
  await agent.memory.episodes.settled();
}

const exported = async ({ json }: Deployment, who: string) => {
  const { exportedAt: _, ...archive } = await json(
    "GET",
    `/users/${encodeURIComponent(who)}/export`,
  );
  return JSON.stringify(archive);
};

/** What each route that only reads says of the user, with what they once said. */
async function routesWith({ app }: Deployment, known: string): Promise<string[]> {
  const found: string[] = [];
  for (const { route } of Object.values(verbs).filter(({ route }) => route.startsWith("GET "))) {
    const path = route.slice("GET ".length).replace("{user}", user).replace("{id}", known);
    const text = await (await app.request(path)).text();
    // Of the user themselves an answer may say whose it is.
    if (text.includes(word) || (!path.includes(user) && text.includes(user))) found.push(route);
  }
  const query = { method: "POST", body: JSON.stringify({ text: word }) };
  const searched = await (await app.request(`/users/${user}/search`, query)).text();
  return searched.includes(word) ? [...found, "search"] : found;
}

async function collectionsWith(url: string): Promise<string[]> {
  const { hostname: host, port } = new URL(url);
  const client = new ChromaClient({ host, port: Number(port) });
  const found: string[] = [];
  for (const collection of await client.listCollections()) {
    const everything = JSON.stringify(
      await collection.get({ include: ["documents", "metadatas"] }),
    );
    if (marks.some((mark) => everything.includes(mark))) found.push(collection.name);
  }
  return found;
}

/** Erases the one, and gives what the other was before and is now. */
async function erase(deployment: Deployment) {
  const before = await exported(deployment, other);
  const { id } = (await deployment.agent.list(user, { limit: 1 }))[0] ?? { id: "" };
  expect(await routesWith(deployment, id)).not.toEqual([]);
  const result = await deployment.json("DELETE", `/users/${user}`);
  expect(result).toMatchObject({ erased: { episodes: 29 }, left: {} });
  expect(await routesWith(deployment, id)).toEqual([]);
  expect(await exported(deployment, other)).toBe(before);
  expect(before).toContain("quizzlewamp");
}

describe("an erased user", () => {
  it("is in no file of the embedded services, and on no route", async () => {
    const folder = await newDataFolder("persona-erased-");
    const deployment = await deploy({}, folder);
    try {
      await plant(deployment, other, "quizzlewamp");
      await plant(deployment, user, word);
      const names = await filesWith(folder, marks);
      expect(names.filter((name) => name.startsWith("pglite"))).not.toEqual([]);
      // What the index has of them, its own log and any backup of it, says nothing to begin with.
      expect(names.filter((name) => name.startsWith("chroma"))).toEqual([]);
      await erase(deployment);
      expect(await filesWith(folder, marks)).toEqual([]);
    } finally {
      await deployment.agent.close();
    }
    expect(await filesWith(folder, marks)).toEqual([]);
    await rm(folder, { recursive: true });
  }, 120_000);

  describe.skipIf(!hasPostgres)("with services of one's own", () => {
    let [postgres, chroma, pool]: [TestPostgres?, EmbeddedChroma?, pg.Pool?] = [];
    let folder: string;
    beforeAll(async () => {
      folder = await newDataFolder("persona-erased-own-");
      [postgres, chroma] = await Promise.all([
        startPostgres(),
        startChromaServer({ path: join(folder, "index") }),
      ]);
      pool = new pg.Pool({ connectionString: postgres.url, max: 1 });
      pool.on("error", () => undefined);
    }, 60_000);
    afterAll(async () => {
      await pool?.end();
      await Promise.all([postgres?.stop(), chroma?.close()]);
      await rm(folder, { recursive: true });
    });

    it("is in no table, collection, job, sample of the planner, nor on a route", async () => {
      if (postgres === undefined || chroma === undefined || pool === undefined)
        throw new Error("There are no services.");
      const env = { DATABASE_URL: postgres.url, CHROMA_URL: chroma.url, JOBS: "postgres" };
      const deployment = await deploy(env, folder);
      try {
        await plant(deployment, other, "quizzlewamp");
        await plant(deployment, user, word);
        await pool.query("ANALYZE");
        const places = Object.keys(await placesOf(pool, word));
        for (const name of ["public.store", "public.checkpoints", "pg_catalog.pg_statistic"])
          expect(places).toContain(name);
        const ofUser = Object.keys(await placesOf(pool, user));
        expect(ofUser.filter((name) => name.startsWith("persona_agent_jobs."))).not.toEqual([]);
        await erase(deployment);
        for (const mark of marks) expect(await placesOf(pool, mark)).toEqual({});
        expect(await collectionsWith(chroma.url)).toEqual([]);
        expect(await filesWith(folder, marks)).toEqual([]);
      } finally {
        await deployment.agent.close();
      }
    }, 120_000);
  });
});
