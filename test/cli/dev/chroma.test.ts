import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { ChromaClient } from "chromadb";
import { afterEach, beforeEach, expect, it } from "vitest";
import { freePort } from "../../../src/system/free-port.js";
import { compiled } from "../../support/setup/compiled.js";
import { newDataFolder } from "../../support/setup/data-folder.js";

let folder: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await newDataFolder("persona-agent-chroma-");
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

/** The command in a process of its own. */
function start(...words: string[]) {
  const child = spawn(
    process.execPath,
    [compiled("src/cli/main.ts"), "--data-dir", folder, "chroma", ...words],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  children.push(child);
  return { child, errors: text(child.stderr), ended: once(child, "exit") };
}

async function serving(...words: string[]) {
  const { child, ...rest } = start(...words);
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { line, child, ...rest };
}

const clientAt = (url: string) => {
  const { hostname, port } = new URL(url);
  return new ChromaClient({ host: hostname, port: Number(port), ssl: false });
};

it("serves any client, ends at Ctrl-C, and has the data again when it is started again", async () => {
  const port = await freePort("127.0.0.1", 0);
  const path = join(folder, "mine");
  const words = ["--port", `${port}`, "--path", path];
  const first = await serving(...words);
  expect(first.line).toBe(`CHROMA_URL=http://127.0.0.1:${port}`);
  const client = clientAt(`http://127.0.0.1:${port}`);
  const teas = await client.createCollection({ name: "teas", embeddingFunction: null });
  await teas.add({
    ids: ["a", "b"],
    embeddings: [
      [1, 0],
      [0, 1],
    ],
    documents: ["assam", "sencha"],
  });
  first.child.kill("SIGINT");
  expect(await first.ended).toEqual([130, null]);
  await expect(client.heartbeat()).rejects.toThrow();

  const second = await serving(...words, "--json");
  expect(JSON.parse(second.line)).toEqual({ url: `http://127.0.0.1:${port}`, path });
  const found = await client.getOrCreateCollection({ name: "teas", embeddingFunction: null });
  expect((await found.query({ queryEmbeddings: [[0.9, 0.1]], nResults: 1 })).ids).toEqual([["a"]]);
  const third = start(...words);
  expect(await third.ended).toEqual([1, null]);
  expect(await third.errors).toContain(`Port ${port} of 127.0.0.1 is in use`);
  second.child.kill("SIGTERM");
  expect(await second.ended).toEqual([143, null]);
});

it("is reached from other machines only where its address is named", async () => {
  const outer = Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.internal === false && each.family === "IPv4")?.address;
  const { line } = await serving("--port", "0", "--host", "0.0.0.0");
  const url = line.replace("CHROMA_URL=", "");
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  await clientAt(url).heartbeat();
  const loopback = await serving("--port", "0", "--path", join(folder, "other"));
  if (outer === undefined) return;
  await clientAt(url.replace("127.0.0.1", outer)).heartbeat();
  const closed = loopback.line.replace("CHROMA_URL=", "").replace("127.0.0.1", outer);
  await expect(clientAt(closed).heartbeat()).rejects.toThrow();
});
