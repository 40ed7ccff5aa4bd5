import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import { PersonaAgentError } from "../../errors.js";
import { ownProgramArguments } from "../../system/own-program.js";
import { cannotRun } from "./native-binding.js";
import type { ServerOrder, ServerReport } from "./server-protocol.js";

/** How much of the server's output is kept for the message of an error, in characters. */
const keptOutput = 2_000;

/** A server process that serves. */
export interface ServerProcess {
  readonly pid: number;
  /** Settles when it has ended, however. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export interface LaunchLimits {
  readonly withinMs: number;
  readonly signal: AbortSignal;
  readonly isAwaited: boolean;
}

/**
 * Starts one server process and waits until Chroma answers in it. Once it serves it does not keep this
 * process alive, and it ends with this process. It is in a process group of its own, so that the Ctrl-C
 * that this process answers in an orderly way does not end it first.
 *
 * @param limits.signal - Gives the start up and ends the process.
 * @param limits.isAwaited - False when this process may end while the server still starts.
 * @returns Null when the port was taken.
 * @throws {PersonaAgentError} `memory-index-unavailable` or `memory-folder-in-use`
 */
export async function launchServer(order: ServerOrder, limits: LaunchLimits) {
  const child = spawn(process.execPath, ownProgramArguments(import.meta.url, "./server-process"), {
    // Nothing of our environment may change what the server does, or where it sends anything.
    env: {},
    cwd: order.folder,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    windowsHide: true,
  });
  const { pid } = child;
  if (pid === undefined)
    throw cannotRun("no process can be started", (await once(child, "error"))[0]);
  const output = keepOutput(child);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  // A message that no longer reaches the child is an `error` event; its end is what counts.
  child.on("error", () => undefined);
  if (!limits.isAwaited) letGo(child);
  const stop = async () => {
    child.ref();
    child.kill("SIGKILL");
    await ended;
  };
  const outcome = await firstReport({ child, order, limits, ended, output });
  if (outcome.kind === "serving") {
    letGo(child);
    return { pid, ended, stop } satisfies ServerProcess;
  }
  await stop();
  if (outcome.kind === "port-taken") return null;
  throw toError(outcome, output());
}

type Outcome = ServerReport | { readonly kind: "gave-up"; readonly why: string };

function firstReport({
  child,
  order,
  limits: { withinMs, signal },
  ended,
  output,
}: {
  readonly child: ChildProcess;
  readonly order: ServerOrder;
  readonly limits: LaunchLimits;
  readonly ended: Promise<void>;
  readonly output: () => string;
}): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  let abort = () => {};
  return new Promise<Outcome>((resolve) => {
    const giveUp = (why: string) => resolve({ kind: "gave-up", why });
    timer = setTimeout(giveUp, withinMs, `did not begin to serve within ${withinMs} ms`);
    timer.unref();
    abort = () => giveUp("was closed before it served");
    signal.addEventListener("abort", abort);
    void ended.then(() => giveUp("ended before it served"));
    // Chroma's thread panics and stays; nothing else would tell before the time is up.
    child.stderr?.on("data", () => {
      if (output().includes("panicked at")) giveUp("failed");
    });
    child.once("message", (report: ServerReport) => resolve(report));
    child.send(order, (error) => {
      if (error !== null) giveUp(`could not be told what to do (${error.message})`);
    });
  }).finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  });
}

function toError(outcome: Exclude<Outcome, { kind: "serving" | "port-taken" }>, output: string) {
  if (outcome.kind === "no-binding")
    return cannotRun(`its native library does not load on this system (${outcome.reason})`);
  if (outcome.kind === "failed" && outcome.code !== null)
    return new PersonaAgentError(outcome.code, outcome.message, { details: outcome.details });
  const why = outcome.kind === "failed" ? `failed (${outcome.message})` : outcome.why;
  const told = output.replaceAll(/\s+/g, " ").trim().slice(-300);
  return cannotRun(`it ${why}${told === "" ? "" : `; its last words were: ${told}`}`);
}

function keepOutput(child: ChildProcess): () => string {
  let kept = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8");
    stream?.on("data", (part: string) => {
      kept = (kept + part).slice(-keptOutput);
    });
  }
  return () => kept;
}

function letGo(child: ChildProcess) {
  child.unref();
  child.channel?.unref();
  for (const stream of [child.stdout, child.stderr]) if (stream instanceof Socket) stream.unref();
}
