import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type UserKey, userKey } from "../../../src/domain/user-id.js";
import { createChromaIndex } from "../../../src/memory/chroma/chroma-index.js";
import {
  type EmbeddedChroma,
  type EmbeddedChromaOptions,
  startEmbeddedChroma,
} from "../../../src/memory/chroma/embedded-server.js";
import { compiled } from "../../support/setup/compiled.js";

let folder: string;
let started: EmbeddedChroma[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "embedded-chroma-"));
  started = [];
});
afterEach(async () => {
  await Promise.all(started.map((chroma) => chroma.close()));
  await rm(folder, { recursive: true });
});

async function start(options: Partial<EmbeddedChromaOptions> = {}) {
  const chroma = await startEmbeddedChroma({ dataFolder: folder, ...options });
  started.push(chroma);
  return chroma;
}

const ada = userKey("ada");
const entry = { id: "a", order: 1, words: "tea", vector: [1, 0, 0, 0] };
const indexAt = (url: string) =>
  createChromaIndex({ url, embedding: { name: "test", dimensions: 4 }, collections: 2 });
const portOf = ({ url }: EmbeddedChroma) => Number(new URL(url).port);

function isAlive(pid: number) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
const untilGone = (pid: number) => vi.waitFor(() => expect(isAlive(pid)).toBe(false), 10_000);

/** A process of its own with a server in it. */
async function startHost() {
  const host = fork(compiled("test/support/servers/embedded-chroma-host.ts"), [folder], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let printed = "";
  for (const stream of [host.stdout, host.stderr])
    stream?.on("data", (part: Buffer) => (printed += part.toString()));
  const [server] = (await once(host, "message")) as [{ url: string; pid: number }];
  return { host, server, printed: () => printed };
}

it("keeps its data for the next server, and has ended after close", async () => {
  const first = await start();
  await indexAt(first.url).upsert(ada, [entry]);
  const identity = await indexAt(first.url).identity(ada);
  await first.close();
  await first.close();
  expect(isAlive(first.pid)).toBe(false);

  const second = await start();
  expect(await indexAt(second.url).identity(ada)).toBe(identity);
  expect(await indexAt(second.url).keywordSearch(ada, ["tea"], 1)).toEqual([
    { id: "a", words: "tea" },
  ]);
});

it("ends soon after its process was killed with kill -9, and leaves the folder free and intact", async () => {
  const { host, server, printed } = await startHost();
  await indexAt(server.url).upsert(ada, [entry]);
  host.kill("SIGKILL");
  await untilGone(server.pid);
  expect(printed()).toBe("");

  const next = await start();
  expect(await indexAt(next.url).keywordSearch(ada, ["tea"], 1)).toHaveLength(1);
});

it("does not keep its process alive, and ends after that process", async () => {
  const { host, server } = await startHost();
  // The channel to this test is all that keeps the process alive.
  host.disconnect();
  const [code] = (await once(host, "exit")) as [number];
  expect(code).toBe(0);
  await untilGone(server.pid);
});

it("is restarted on the same port when it dies, and the same index object works again", async () => {
  const chroma = await start();
  const index = indexAt(chroma.url);
  await index.upsert(ada, [entry]);
  const { pid } = chroma;
  process.kill(pid, "SIGKILL");
  await untilGone(pid);
  await vi.waitFor(
    async () => expect(await index.vectorSearch(ada, [1, 0, 0, 0], 1)).toHaveLength(1),
    20_000,
  );
  // The server answers a moment before this process hears that it does.
  await vi.waitFor(() => expect(chroma.pid).not.toBe(pid), 5_000);
});

it("empties its folder after a crash, since its files may be what made it crash", async () => {
  const chroma = await start();
  const index = indexAt(chroma.url);
  await index.upsert(ada, [entry]);
  const identity = await index.identity(ada);
  const crashed = chroma.pid;
  process.kill(crashed, "SIGSEGV");
  await vi.waitFor(async () => expect(await index.identity(ada)).not.toBe(identity), 20_000);
  await vi.waitFor(() => expect(chroma.pid).not.toBe(crashed), 5_000);
  expect(await index.vectorSearch(ada, [1, 0, 0, 0], 1)).toEqual([]);
  await index.upsert(ada, [entry]);

  // Only that once.
  const { pid } = chroma;
  process.kill(pid, "SIGKILL");
  await vi.waitFor(() => expect(chroma.pid).not.toBe(pid), 20_000);
  await vi.waitFor(
    async () => expect(await index.vectorSearch(ada, [1, 0, 0, 0], 1)).toHaveLength(1),
    20_000,
  );
});

it("empties it also where the process closes at once, as a command does", async () => {
  const first = await start();
  const identity = await indexAt(first.url).identity(ada);
  const { pid } = first;
  process.kill(pid, "SIGSEGV");
  await untilGone(pid);
  await first.close();
  expect(await readdir(join(folder, "chroma"))).toEqual([]);
  const second = await start();
  expect(await indexAt(second.url).identity(ada)).not.toBe(identity);
});

it("removes a collection whose files cannot be read any more, and no other one", async () => {
  const users = Array.from({ length: 12 }, (_, n) => userKey(`user-${n}`));
  const first = await start();
  const written = indexAt(first.url);
  const isOfAda = async (user: UserKey) =>
    (await written.identity(user)) === (await written.identity(ada));
  let other = ada;
  for (const user of users) if (!(await isOfAda(user))) other = user;
  await written.upsert(other, [entry]);
  // So many that Chroma has written its graph to files.
  const entries = Array.from({ length: 200 }, (_, n) => ({ ...entry, id: `${n}`, order: n }));
  for (let from = 0; from < 200; from += 20)
    await written.upsert(ada, entries.slice(from, from + 20));
  const identities = [await written.identity(ada), await written.identity(other)];
  await first.close();
  const files = await readdir(folder, { recursive: true });
  const notes = files.filter((file) => file.endsWith("index_metadata.pickle"));
  expect(notes).toHaveLength(1);
  // As a server leaves it that is killed while it writes.
  for (const note of notes) await truncate(join(folder, note), 100);

  const second = await start();
  const index = indexAt(second.url);
  await expect(index.vectorSearch(ada, [1, 0, 0, 0], 1)).rejects.toMatchObject({
    code: "memory-index-unavailable",
  });
  expect(await index.identity(ada)).not.toBe(identities[0]);
  expect(await index.vectorSearch(ada, [1, 0, 0, 0], 1)).toEqual([]);
  await index.upsert(ada, [entry]);
  expect(await index.vectorSearch(ada, [1, 0, 0, 0], 1)).toHaveLength(1);
  expect(await index.identity(other)).toBe(identities[1]);
  expect(await index.vectorSearch(other, [1, 0, 0, 0], 1)).toHaveLength(1);
});

it("works again after a restart on the same port, and fails calls before that", async () => {
  const first = await start();
  const index = indexAt(first.url);
  await index.upsert(ada, [entry]);
  await first.close();
  const away = { code: "memory-index-unavailable", message: expect.stringContaining(first.url) };
  await expect(index.vectorSearch(ada, [1, 0, 0, 0], 1)).rejects.toMatchObject(away);
  await expect(index.identity(ada)).rejects.toMatchObject(away);

  await start({ port: portOf(first) });
  expect(await index.vectorSearch(ada, [1, 0, 0, 0], 1)).toHaveLength(1);
});

it("works with an index whose server lost its data, under another identity", async () => {
  const first = await start();
  const index = indexAt(first.url);
  await index.upsert(ada, [entry]);
  const identity = await index.identity(ada);
  await first.close();
  await rm(join(folder, "chroma"), { recursive: true });

  await start({ port: portOf(first) });
  // Once, so that nobody takes the new index for one that has nothing of the user.
  await expect(index.vectorSearch(ada, [1, 0, 0, 0], 1)).rejects.toMatchObject({
    code: "memory-index-unavailable",
  });
  expect(await index.vectorSearch(ada, [1, 0, 0, 0], 1)).toEqual([]);
  await Promise.all(Array.from({ length: 5 }, () => index.upsert(ada, [entry])));
  expect(await index.keywordSearch(ada, ["tea"], 1)).toHaveLength(1);
  expect(await index.identity(ada)).not.toBe(identity);
});

it("refuses a port that is in use", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await expect(start({ port })).rejects.toMatchObject({
    code: "config-invalid",
    message: expect.stringContaining(`Port ${port}`),
  });
  other.close();
});

it("refuses a folder that another server holds, and names it", async () => {
  const first = await start();
  await expect(start({ lockWaitMs: 0 })).rejects.toMatchObject({
    code: "memory-folder-in-use",
    message: expect.stringContaining(`${first.pid}`),
  });
});

it("waits for another server of the folder that is closing", async () => {
  const first = await start();
  const second = start();
  await first.close();
  expect(await indexAt((await second).url).vectorSearch(ada, [1, 0, 0, 0], 1)).toEqual([]);
});

it("says in one line that the native library does not load, and what to do", async () => {
  const file = join(folder, "broken.node");
  await writeFile(file, "not a library");
  await expect(start({ findBindings: () => [file] })).rejects.toMatchObject({
    code: "memory-index-unavailable",
    message: expect.stringMatching(
      /^[^\n]*does not load[^\n]*CHROMA_URL[^\n]*INDEX=in-process[^\n]*$/,
    ),
  });
});

it("repeats Chroma's output when it cannot read its files", async () => {
  await rm(join(folder, "chroma"), { recursive: true, force: true });
  await start().then((chroma) => chroma.close());
  await writeFile(join(folder, "chroma", "chroma.sqlite3"), "not a database ".repeat(1_000));
  await expect(start()).rejects.toMatchObject({
    code: "memory-index-unavailable",
    message: expect.stringMatching(/^[^\n]*last output[^\n]*CHROMA_URL[^\n]*$/),
  });
});

it("names the build for older systems where the newest one asks for a newer glibc", async () => {
  const file = join(folder, "newest.cjs");
  await writeFile(
    file,
    'throw new Error("/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.39\' not found");',
  );
  await expect(start({ findBindings: () => [file] })).rejects.toMatchObject({
    code: "memory-index-unavailable",
    message: expect.stringContaining("npm install chromadb-js-bindings-linux-x64-gnu@1.0.5"),
  });
});
