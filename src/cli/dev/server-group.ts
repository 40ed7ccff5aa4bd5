/**
 * The program that leads the LangGraph server's process group: it starts the server, forwards its output, and ends the
 * whole group when asked, when the server ends, and when the process that started it is gone.
 * Started by `langgraph-server.ts` only; its arguments are the server's program and that program's arguments.
 *
 * The server is a tree of processes: each ends the next one only where it ends in an orderly way itself.
 */
import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";

/** Time for the server to write its threads. Its own limit is 3 s. */
const graceMs = 5_000;

// Signals to the group reach us too.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

const server = spawn(process.execPath, process.argv.slice(2), {
  stdio: ["ignore", "pipe", "pipe"],
});
pass(server.stdout, process.stdout);
pass(server.stderr, process.stderr);

let isAsked = false;
process.once("disconnect", askGroup);
server.once("exit", askGroup);
// The whole tree shares its output, which closes when the last process is gone.
server.once("close", endGroup);

/** Once only: at a second signal the server would end without writing its threads. */
function askGroup() {
  if (isAsked) return;
  isAsked = true;
  process.kill(-process.pid, "SIGINT");
  setTimeout(endGroup, graceMs);
}

/** This process included. */
function endGroup() {
  process.kill(-process.pid, "SIGKILL");
}

function pass(from: Readable, to: Writable) {
  from.pipe(to);
  // Without a reader the server must not block, and we must not miss its end.
  to.on("error", () => from.resume());
}
