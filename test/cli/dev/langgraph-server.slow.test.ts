import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLangGraphServer } from "../../../src/cli/dev/langgraph-server.js";
import { stillRunning } from "../../support/processes/process-tree.js";
import { compiled } from "../../support/setup/compiled.js";

/**
 * Stands in for the server's tree: a process that starts another and does not look after it. Both name themselves on
 * the output. It writes its last word down when it is asked to end, which takes it a moment, unless it is stubborn.
 */
const tree = `
  const { spawn } = require("node:child_process");
  const { appendFileSync } = require("node:fs");
  const { MANNER, LAST_WORDS } = process.env;
  const deaf = MANNER === "stubborn" ? "process.on('SIGINT', () => {});" : "";
  const idle = deaf + "setInterval(() => {}, 1000); console.log('below ' + process.pid)";
  const below = spawn(process.execPath, ["-e", idle], { stdio: "inherit" });
  process.on("SIGINT", () => {
    appendFileSync(LAST_WORDS, "asked\\n");
    if (MANNER === "stubborn") return;
    setTimeout(() => { appendFileSync(LAST_WORDS, "done\\n"); below.kill("SIGKILL"); process.exit(0); }, 200);
  });
  setInterval(() => {}, 1000);
  console.log("top " + process.pid);
`;

let folder: string;
let program: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "persona-agent-server-group-"));
  program = join(folder, "tree.cjs");
  await writeFile(program, tree);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function start(name: string, manner: "orderly" | "stubborn" = "orderly") {
  const lastWords = join(folder, name);
  const heard: string[] = [];
  const { promise: isUp, resolve } = withResolver();
  const server = startLangGraphServer({
    configFile: "none",
    host: "localhost",
    port: 0,
    env: { MANNER: manner, LAST_WORDS: lastWords },
    onLine: (line) => {
      if (heard.push(line) === 2) resolve();
    },
    program,
  });
  await isUp;
  const pids = [server.pid ?? 0, ...pidsIn(heard)];
  expect(stillRunning(pids)).toEqual(pids);
  return { server, pids, lastWords: () => readFile(lastWords, "utf8") };
}

const pidsIn = (lines: readonly string[]) => lines.map((line) => Number(line.split(" ")[1]));

function withResolver() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

/** A process that is gone may be seen for a moment longer. */
async function gone(pids: readonly number[]) {
  await expect.poll(() => stillRunning(pids), { timeout: 15_000 }).toEqual([]);
}

describe("the LangGraph server's processes", () => {
  it("are asked to end once, with time to write their threads", async () => {
    const { server, pids, lastWords } = await start("orderly");
    await Promise.all([server.stop(), server.stop()]);
    await gone(pids);
    expect(await lastWords()).toBe("asked\ndone\n");
  });

  it("are killed when they do not end", async () => {
    const { server, pids, lastWords } = await start("stubborn", "stubborn");
    await server.stop();
    await gone(pids);
    expect(await lastWords()).toBe("asked\n");
  });

  it("end together when the first of them ends by itself", async () => {
    const { server, pids } = await start("by-itself");
    process.kill(pids[1] ?? 0, "SIGKILL");
    await server.ended;
    await gone(pids);
  });

  it("end when the leader of their group is killed", async () => {
    const { server, pids } = await start("leader");
    process.kill(server.pid ?? 0, "SIGKILL");
    await server.ended;
    await gone(pids);
  });

  it("end soon after the process that started them was killed", async () => {
    const host = startHost();
    const pids: number[] = [];
    for await (const line of createInterface({ input: host.stdout ?? process.stdin })) {
      pids.push(...pidsIn([line]));
      if (pids.length === 3) break;
    }
    expect(stillRunning(pids)).toEqual(pids);
    host.kill("SIGKILL");
    await once(host, "exit");
    await gone(pids);
    expect(await readFile(join(folder, "host"), "utf8")).toBe("asked\ndone\n");
  });
});

/** A process that starts a server and says who belongs to it. */
function startHost(): ChildProcess {
  const source = compiled("src/cli/dev/langgraph-server.ts");
  const options = {
    configFile: "none",
    host: "localhost",
    port: 0,
    env: { MANNER: "orderly", LAST_WORDS: join(folder, "host") },
    program,
  };
  const script = `
    const { startLangGraphServer } = await import(${JSON.stringify(source)});
    const server = startLangGraphServer({ ...${JSON.stringify(options)}, onLine: console.log });
    console.log("leader " + server.pid);
  `;
  return spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}
