/**
 * The program that holds the embedded Chroma server: it takes the folder's lock, runs the server that is in
 * the native library, and ends with the process that started it. Started by `embedded-server.ts` only.
 *
 * The native call never returns while it serves, so it has a thread of its own and this one stays free to
 * see the parent go. Nothing of LangChain is imported: how soon this program starts, a user waits.
 */
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { PersonaAgentError } from "../../errors.js";
import { acquireFolderLock } from "../../system/folder-lock.js";
import type { ServerOrder, ServerReport } from "./server-protocol.js";

const pollMs = 15;

/** Plain CommonJS in text: a file of its own would need the TypeScript loader in the thread as well. */
const serve = `
  const { workerData } = require("node:worker_threads");
  let binding, failure;
  for (const file of workerData.bindings) {
    try { binding = require(file); break; } catch (error) { failure ??= error; }
  }
  if (binding === undefined) throw failure;
  binding.cli(workerData.command);
`;

// `process.exit` waits for the native thread for ever. A signal does not, and SQLite survives it.
const end = () => process.kill(process.pid, "SIGKILL");

process.once("disconnect", end);
process.once("message", (order: ServerOrder) => {
  run(order).then(report, (error: unknown) => report({ kind: "failed", ...describe(error) }));
});

async function run(order: ServerOrder): Promise<ServerReport> {
  const { folder, path, port, bindings, startedBy, lockWaitMs } = order;
  const holder = { pid: process.pid, command: `the Chroma server of process ${startedBy}` };
  await acquireFolderLock({ folder, name: "chroma", holder, waitMs: lockWaitMs });
  // Two servers that were given one free port at the same moment would both hear the first one answer.
  const isPortOurs = await acquireFolderLock({
    folder: tmpdir(),
    name: `port${port}`,
    holder,
  }).then(
    () => true,
    () => false,
  );
  // Chroma would end this process when it finds the port taken.
  if (!isPortOurs || !(await isFree(port))) return { kind: "port-taken" };

  const command = ["chroma", "run", "--path", path, "--port", `${port}`, "--host", "127.0.0.1"];
  const thread = new Worker(serve, { eval: true, workerData: { bindings, command }, env: {} });
  const over = new AbortController();
  const stopped = new Promise<ServerReport>((resolve) => {
    thread.once("error", ({ message }) =>
      resolve({ kind: "no-binding", reason: message.split("\n")[0] ?? "" }),
    );
    const message = "stopped before it answered";
    thread.once("exit", () => resolve({ kind: "failed", code: null, message, details: {} }));
  }).finally(() => over.abort());
  const serving = untilAnswered(`http://127.0.0.1:${port}/api/v2/heartbeat`, over.signal).then(
    (): ServerReport => ({ kind: "serving" }),
  );
  const outcome = await Promise.race([stopped, serving]);
  if (outcome.kind === "serving") thread.once("exit", end);
  return outcome;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

async function untilAnswered(url: string, signal: AbortSignal) {
  while (!signal.aborted) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok === true) return;
    await delay(pollMs);
  }
  throw signal.reason;
}

/** After a failure the parent ends us: were we to end first, it might see that before it reads why. */
function report(outcome: ServerReport) {
  process.send?.(outcome);
}

function describe(error: unknown) {
  if (PersonaAgentError.is(error))
    return { code: error.code, message: error.message, details: error.details };
  return {
    code: null,
    message: error instanceof Error ? error.message : String(error),
    details: {},
  };
}
