import { resolve } from "node:path";
import type { Readable } from "node:stream";
import type { Command } from "commander";
import type { OpenAgent, openPersonaAgent } from "../app/open-persona-agent.js";
import { PersonaAgentError } from "../system/errors.js";
import type { TerminalStream } from "./output/terminal.js";

/** The process as a command sees it. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  /** Aborted at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  readonly openAgent: typeof openPersonaAgent;
}

/** Options that every command takes. */
export interface CommonOptions {
  readonly dataDir: string;
  readonly json: boolean;
}

/** What a command runs in. */
export interface CommandContext extends CliContext, CommonOptions {
  readonly commandName: string;
}

export function commonOptions(command: Command): CommonOptions {
  const { dataDir, json } = command.optsWithGlobals<{ dataDir: string; json?: boolean }>();
  return { dataDir: resolve(dataDir), json: json === true };
}

/** @throws {PersonaAgentError} `config-invalid` */
export function parseDataDir(folder: string): string {
  if (folder.trim() !== "") return folder;
  throw new PersonaAgentError(
    "config-invalid",
    "--data-dir is empty; expected a folder. Name one, or leave the option out.",
  );
}

/**
 * The action of a command.
 *
 * @param load - Loads what the command runs, so that `--help` and a mistyped option answer at once.
 */
export function action<Options extends object, Argument = void>(
  context: CliContext,
  load: () => Promise<
    (options: Options, context: CommandContext, argument: Argument) => Promise<void>
  >,
) {
  return async (...words: [...unknown[], Command]): Promise<void> => {
    const [command] = words.slice(-1) as [Command];
    const run = await load();
    const commandContext = {
      ...context,
      ...commonOptions(command),
      commandName: command.name(),
    };
    await run(command.opts<Options>(), commandContext, words[0] as Argument);
  };
}

/**
 * Opens the agent on the data folder for as long as `work` takes.
 *
 * @param handlesSignal - Whether `work` itself ends at the signal, and then still has something to write.
 * @param background - Whether alignments and reflections run in the background: only for a command that lasts, because
 *   the end of the others would cut every one off.
 * @param mustExist - Whether a data folder that does not exist is refused: a mistyped one would look like lost data.
 */
export async function withAgent<Result>(
  { env, signal, openAgent, dataDir, commandName }: CommandContext,
  work: (agent: OpenAgent) => Promise<Result>,
  {
    handlesSignal = false,
    background = false,
    mustExist = false,
  }: {
    readonly handlesSignal?: boolean;
    readonly background?: boolean;
    readonly mustExist?: boolean;
  } = {},
): Promise<Result> {
  const command = `persona-agent ${commandName}`;
  const agent = await openUnlessStopped(signal, () =>
    openAgent(env, {
      dataDir,
      command,
      mustExist,
      backgroundAlignment: background,
      backgroundReflection: background,
    }),
  );
  try {
    return handlesSignal ? await work(agent) : await untilStopped(signal, () => work(agent));
  } finally {
    await agent.close();
  }
}

/** Services take seconds to start. If the command is stopped meanwhile, they are closed as soon as they are open. */
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
  let stop = () => {};
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
  });
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([work(), stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** One line of JSON, the only thing a command with `--json` writes to its output. */
export function writeJson({ stdout }: CliContext, value: unknown): void {
  stdout.write(`${JSON.stringify(value)}\n`);
}

export function elapsedSeconds(startMs: number): number {
  return Math.round(performance.now() - startMs) / 1_000;
}
