import type { Readable, Writable } from "node:stream";
import { resolve } from "node:path";
import type { Command } from "commander";
import { storableText } from "../domain/text/storable-text.js";
import { PersonaAgentError } from "../errors.js";
import type { OpenAgent, openPersonaAgent } from "../app/open-persona-agent.js";

/** The process as a command sees it. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** Aborted at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  readonly openAgent: typeof openPersonaAgent;
}

/** Options that every command takes. */
export interface CommonOptions {
  readonly dataDir: string;
  readonly json: boolean;
}

export function commonOptions(command: Command): CommonOptions {
  const { dataDir, json } = command.optsWithGlobals<{ dataDir: string; json?: boolean }>();
  return { dataDir, json: json === true };
}

/**
 * Opens the agent on the data folder for as long as `work` takes.
 *
 * @param settles - Whether `work` heeds the signal itself and, once stopped, still has something to write.
 * @param backgroundAlignment - Only for a command that lasts: the end of the others would cut every alignment off.
 */
export async function withAgent<Result>(
  { env, signal, openAgent }: CliContext,
  command: Command,
  work: (agent: OpenAgent) => Promise<Result>,
  {
    settles = false,
    backgroundAlignment = false,
  }: { readonly settles?: boolean; readonly backgroundAlignment?: boolean } = {},
): Promise<Result> {
  const { dataDir } = commonOptions(command);
  if (dataDir.trim() === "")
    throw new PersonaAgentError(
      "config-invalid",
      "--data-dir is empty; expected a folder. Name one, or leave the option out.",
    );
  const agent = await openUnlessStopped(signal, () =>
    openAgent(env, {
      dataDir: resolve(dataDir),
      command: `persona-agent ${command.name()}`,
      backgroundAlignment,
    }),
  );
  try {
    return settles ? await work(agent) : await untilStopped(signal, () => work(agent));
  } finally {
    await agent.close();
  }
}

/** Services take seconds to start. Those of a command that was stopped meanwhile are closed once they are there. */
export async function openUnlessStopped<Opened extends { close(): Promise<void> }>(
  signal: AbortSignal,
  open: () => Promise<Opened>,
): Promise<Opened> {
  let opening: Promise<Opened> | undefined;
  try {
    return await untilStopped(signal, () => (opening = open()));
  } catch (error) {
    if (signal.aborted) opening?.then((opened) => opened.close()).catch(() => {});
    throw error;
  }
}

/** Not all work can be interrupted, but nobody has to wait for it: closing the agent ends what it runs. */
export async function untilStopped<Result>(
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const { promise: stopped, reject } = withRejector();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([work(), stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function withRejector() {
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<never>((_resolve, refuse) => {
    reject = refuse;
  });
  return { promise, reject };
}

/** One line of JSON, the only thing a command with `--json` writes to its output. */
export function writeJson({ stdout }: CliContext, value: unknown): void {
  stdout.write(`${JSON.stringify(value)}\n`);
}

/** Text of users and models, without what would move a terminal's cursor or change its state. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}

/** The same on one line. */
export function oneLine(text: string): string {
  return printable(text.replaceAll(/\s+/g, " ").trim());
}

/** The same, cut to `width` UTF-16 units, which are columns for most scripts. */
export function printableLine(text: string, width: number): string {
  const line = oneLine(text);
  return line.length <= width ? line : `${storableText(line, width - 1)}…`;
}

export function elapsedSeconds(startMs: number): number {
  return Math.round(performance.now() - startMs) / 1_000;
}

/** @throws {PersonaAgentError} `config-invalid` for anything but a whole number from `least`. */
export function parseCount(text: string, name: string, least: 0 | 1 = 1): number {
  if (/^(?:0|[1-9]\d{0,8})$/.test(text) && Number(text) >= least) return Number(text);
  throw new PersonaAgentError(
    "config-invalid",
    `${name} is ${JSON.stringify(text.slice(0, 40))}; expected a whole number from ${least}. Correct it or leave it out.`,
  );
}

/** A version's number; anything but digits is taken for a checkpoint's id. Version 0's id is digits only, and 0. */
export function parseVersion(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}
