/**
 * The program of the embedded Chroma server: it takes the folder's lock, runs the server of the native library, and
 * ends with the process that started it. Started by `launch-server.ts` only.
 *
 * The native call blocks while it serves, so it runs in a thread of its own and this thread can notice the end of the
 * parent. Nothing of LangChain is imported, because a user waits for the start of this program.
 */
import { tmpdir } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { PersonaAgentError } from "../../system/errors.js";
import { acquireFolderLock } from "../../system/folder-lock.js";
import { freePort } from "../../system/free-port.js";
import { type ServerOrder, type ServerReport, urlOf } from "./server-protocol.js";

const pollMs = 15;

/** CommonJS as a text: a file would need the TypeScript loader in the thread as well. */
const serve = `
  const { workerData } = require("node:worker_threads");
  let binding, failure;
  for (const file of workerData.bindings) {
    try { binding = require(file); break; } catch (error) { failure ??= error; }
  }
  if (binding === undefined) throw failure;
  binding.cli(workerData.command);
`;

// `process.exit` waits for the native thread forever. A signal does not, and SQLite survives it.
const end = () => process.kill(process.pid, "SIGKILL");

process.once("disconnect", end);
process.once("message", (order: ServerOrder) => {
  run(order).then(report, (error: unknown) => report({ kind: "failed", ...describe(error) }));
});

async function run(order: ServerOrder): Promise<ServerReport> {
  const { path, host, port, bindings, startedBy, lockWaitMs } = order;
  const holder = { pid: process.pid, command: `the Chroma server of process ${startedBy}` };
  await acquireFolderLock({ folder: path, name: "chroma", holder, waitMs: lockWaitMs });
  try {
    // If two servers got the same free port, both would take the first one's heartbeat for their own.
    await acquireFolderLock({ folder: tmpdir(), name: `port${port}`, holder });
    // Chroma ends its process when the port is in use.
    await freePort(host, port);
  } catch {
    return { kind: "port-taken" };
  }

  const command = ["chroma", "run", "--path", path, "--port", `${port}`, "--host", host];
  const thread = new Worker(serve, { eval: true, workerData: { bindings, command }, env: {} });
  const over = new AbortController();
  const stopped = new Promise<ServerReport>((resolve) => {
    thread.once("error", ({ message }) =>
      resolve({ kind: "no-binding", reason: message.split("\n")[0] ?? "" }),
    );
    const message = "stopped before it answered";
    thread.once("exit", () => resolve({ kind: "failed", code: null, message, details: {} }));
  }).finally(() => over.abort());
  const serving = untilAnswered(`${urlOf(host, port)}/api/v2/heartbeat`, over.signal).then(
    (): ServerReport => ({ kind: "serving" }),
  );
  const outcome = await Promise.race([stopped, serving]);
  if (outcome.kind === "serving") thread.once("exit", end);
  return outcome;
}

async function untilAnswered(url: string, signal: AbortSignal) {
  while (!signal.aborted) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok === true) return;
    await delay(pollMs);
  }
  throw signal.reason;
}

/** After a failure the parent ends us. If we ended first, it might see that before it reads the reason. */
function report(outcome: ServerReport) {
  process.send?.(outcome);
}

function describe(error: unknown) {
  const { code, details } = PersonaAgentError.is(error) ? error : { code: null, details: {} };
  return { code, details, message: error instanceof Error ? error.message : String(error) };
}
