import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import { PersonaAgentError } from "../../system/errors.js";
import { ownProgramArguments } from "../../system/own-program.js";
import { cannotRun, portableBuild } from "./native-binding.js";
import type { ServerOrder, ServerReport } from "./server-protocol.js";

/** The end of the server's output that is kept for an error message, in characters. */
const keptOutput = 2_000;

/** A running server process. */
export interface ServerProcess {
  readonly pid: number;
  /** Resolves when the process has ended, with the signal that ended it if one did. */
  readonly ended: Promise<NodeJS.Signals | null>;
  stop(): Promise<void>;
}

export interface LaunchLimits {
  /** In milliseconds. */
  readonly withinMs: number;
  /** Cancels the start and ends the process. */
  readonly signal: AbortSignal;
  /** False when this process may end while the server still starts. */
  readonly isAwaited: boolean;
}

/**
 * Starts a server process and waits until its Chroma answers. Once it serves, it does not keep this process alive, and
 * it ends with this process. It has a process group of its own, so that Ctrl-C does not end it before this process
 * closes it.
 *
 * @returns Null when the port was taken.
 * @throws {PersonaAgentError} `memory-index-unavailable` or `memory-folder-in-use`
 */
export async function launchServer(order: ServerOrder, limits: LaunchLimits) {
  const child = spawn(process.execPath, ownProgramArguments(import.meta.url, "./server-process"), {
    // Our environment must not change what the server does, or where it sends data.
    env: {},
    cwd: order.path,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    windowsHide: true,
  });
  const { pid } = child;
  if (pid === undefined)
    throw cannotRun("no process can be started", { cause: (await once(child, "error"))[0] });
  const output = keepOutput(child);
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once("exit", (_code, signal) => resolve(signal)),
  );
  // A message that does not reach the child emits `error`; only its end matters.
  child.on("error", () => undefined);
  if (!limits.isAwaited) letGo(child);
  const stop = async () => {
    child.ref();
    child.kill("SIGKILL");
    await ended;
  };
  const outcome = await firstReport(child, order, limits, output);
  if (outcome.kind === "serving") {
    letGo(child);
    return { pid, ended, stop } satisfies ServerProcess;
  }
  await stop();
  if (outcome.kind === "port-taken") return null;
  throw toError(outcome, output());
}

type Outcome = ServerReport | { readonly kind: "gave-up"; readonly why: string };

function firstReport(
  child: ChildProcess,
  order: ServerOrder,
  { withinMs, signal }: LaunchLimits,
  output: () => string,
): Promise<Outcome> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
  return new Promise((resolve) => {
    const giveUp = (why: string) => resolve({ kind: "gave-up", why });
    const onLimit = () =>
      giveUp(
        signal.aborted ? "was closed before it served" : `did not serve within ${withinMs} ms`,
      );
    if (limit.aborted) onLimit();
    limit.addEventListener("abort", onLimit);
    child.once("exit", () => giveUp("ended before it served"));
    // When Chroma's thread panics, the process stays, and only its output says so.
    child.stderr?.on("data", () => {
      if (output().includes("panicked at")) giveUp("failed");
    });
    child.once("message", (report: ServerReport) => resolve(report));
    child.send(order, (error) => {
      if (error !== null) giveUp(`got no order (${error.message})`);
    });
  });
}

function toError(outcome: Exclude<Outcome, { kind: "serving" | "port-taken" }>, output: string) {
  if (outcome.kind === "no-binding")
    return outcome.reason.includes("GLIBC_")
      ? cannotRun("its build needs a newer glibc than this system has", { install: portableBuild })
      : cannotRun(`its native library does not load on this system (${outcome.reason})`);
  if (outcome.kind === "failed" && outcome.code !== null)
    return new PersonaAgentError(outcome.code, outcome.message, { details: outcome.details });
  const why = outcome.kind === "failed" ? `failed (${outcome.message})` : outcome.why;
  const lastOutput = output.replaceAll(/\s+/g, " ").trim().slice(-300);
  return cannotRun(`it ${why}${lastOutput === "" ? "" : `; its last output was: ${lastOutput}`}`);
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
