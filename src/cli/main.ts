#!/usr/bin/env node
import { Console } from "node:console";
import { setMaxListeners } from "node:events";
import { existsSync } from "node:fs";
import { Writable } from "node:stream";
import { runCli } from "./run-cli.js";
import { Stopped } from "./stop-signals.js";

const { argv, env, stdin, stdout, stderr } = process;

// Settings of the environment itself win over the file's.
if (existsSync(".env")) process.loadEnvFile();

// Libraries print notes of their own. The output is for the command's result alone, and a failure takes one line.
const notes = argv.includes("--debug")
  ? stderr
  : new Writable({ write: (_chunk, _encoding, done) => done() });
globalThis.console = new Console(notes, notes);

// LangGraph leaves listeners on a run's signal at every step, and Node prints a warning at the eleventh.
setMaxListeners(0);

const unsettledExitCode = 13;
const stopping = new AbortController();
/** A second signal within this time counts as the first: npm forwards what the terminal sent to us already. */
const echoMs = 500;
let askedAt = 0;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    const stopped = new Stopped(signal);
    if (stopping.signal.aborted && Date.now() - askedAt < echoMs) return;
    // A second signal ends the process at once. The embedded services end with their parent.
    if (stopping.signal.aborted) process.exit(stopped.exitCode);
    askedAt = Date.now();
    stopping.abort(stopped);
  });
for (const stream of [stdout, stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    stopping.abort(new Stopped("EPIPE"));
  });

process.once("exit", (exitCode) => {
  // Node's own code for an empty event loop while something was still awaited: its fetch never settles when a server
  // accepts a connection and closes it. Node 20 gives the listener another code.
  if (exitCode !== unsettledExitCode && process.exitCode !== unsettledExitCode) return;
  const message =
    "The command ended without an answer because a connection was lost; expected a server that answers. Check the address, and try again.";
  stderr.write(`persona-agent: ${message}\n`);
  if (argv.includes("--json"))
    stdout.write(`${JSON.stringify({ error: { code: "unexpected", message } })}\n`);
  process.exitCode = 1;
});

const code = await runCli(argv.slice(2), {
  env,
  stdin,
  stdout,
  stderr,
  signal: stopping.signal,
  // Loaded only when a command needs it, so that `--help` and a mistyped option answer at once.
  openAgent: async (...settings) => {
    const { openPersonaAgent } = await import("../app/open-persona-agent.js");
    return openPersonaAgent(...settings);
  },
});
// A library's idle timer or kept-alive connection must not hold the process when the work is done.
stdout.write("", () => stderr.write("", () => process.exit(code)));
