/**
 * The program that leads the LangGraph server's process group: it starts the server, passes its output on, and ends
 * the whole group when asked, when the server ends, and when the process that started it is gone, however that ended.
 * Started by `langgraph-server.ts` only; its arguments are the server's program and that program's arguments.
 *
 * The server is a tree of processes that do not look after each other: each link ends the next one only when it ends
 * in an orderly way itself.
 */
import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";

/** How long the server may take to write down its threads. Its own limit is 3 s. */
const graceMs = 5_000;

// What we send the group reaches us too.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

const server = spawn(process.execPath, process.argv.slice(2), {
  stdio: ["ignore", "pipe", "pipe"],
});
pass(server.stdout, process.stdout);
pass(server.stderr, process.stderr);

let isAsked = false;
process.once("disconnect", askGroup);
server.once("exit", askGroup);
// Its output is shared by the whole tree and closes when the last of it is gone.
server.once("close", endGroup);

/** Once only: at the second signal the server would end without writing anything down. */
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
  // Nobody reads any more; the server must not wait for a reader, nor must we miss its end.
  to.on("error", () => from.resume());
}
