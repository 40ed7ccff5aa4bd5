import { readFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { PersonaAgentError } from "../system/errors.js";
import { addAlignmentCommands } from "./align/register.js";
import { type CliContext, parseDataDir, writeJson } from "./cli-context.js";
import { addDemoCommand } from "./demo/register.js";
import { describeError, errorJson, ReportedFailure } from "./describe-error.js";
import {
  addChromaCommand,
  addDevCommand,
  addFakeModelCommand,
  addHealthCommand,
  addKeyCommand,
  addWorkerCommand,
  addMcpCommand,
  addServeCommand,
} from "./dev/register.js";
import { addEvalCommands } from "./eval/register.js";
import { addMemoryCommands } from "./memory/register.js";
import { addPersonaCommands } from "./persona/register.js";
import { Interrupted, Stopped } from "./stop-signals.js";
import { addTalkCommands } from "./talk/register.js";

/**
 * Runs one command line.
 *
 * @param words - The command line without the program's name.
 * @returns The exit code: 0; 1 for a failure, reported in one line; 2 for a command line that is not understood; 3 for a
 * run that its budget stopped; 128 and the signal's number after a signal.
 */
export async function runCli(words: readonly string[], context: CliContext): Promise<number> {
  const json = words.includes("--json");
  try {
    await buildProgram(context).parseAsync(words, { from: "user" });
    return 0;
  } catch (error) {
    if (context.signal.aborted) return afterStop(error, context);
    if (error instanceof ReportedFailure) return error.exitCode;
    if (error instanceof CommanderError) return afterCommander(error, json, context);
    context.stderr.write(`persona-agent: ${describeError(error)}\n`);
    if (words.includes("--debug") && error instanceof Error)
      context.stderr.write(`${error.stack ?? ""}\n`);
    if (json) writeJson(context, errorJson(error));
    return 1;
  }
}

function buildProgram(context: CliContext): Command {
  const program = new Command("persona-agent")
    .description("An agent that keeps a persona for each user, and remembers.")
    .version(packageVersion(), "--version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      outputError: (text, write) => write(`persona-agent: ${withAdvice(text)}\n`),
    })
    .configureHelp({ showGlobalOptions: true })
    .addOption(
      new Option("--data-dir <folder>", "the folder of memory, personas and threads")
        .env("PERSONA_DATA_DIR")
        .argParser(parseDataDir)
        .default(".persona-agent"),
    )
    .option("--json", "print one line of JSON, and nothing else, on the output")
    .option("--debug", "show the stack of an unexpected error");
  const groups = {
    "Talk:": [addTalkCommands],
    "Memory:": [addMemoryCommands],
    "Personas:": [addAlignmentCommands, addPersonaCommands],
    "Evaluation:": [addEvalCommands],
    "Demo and server:": [
      addDemoCommand,
      addDevCommand,
      addServeCommand,
      addKeyCommand,
      addHealthCommand,
      addWorkerCommand,
      addMcpCommand,
      addChromaCommand,
      addFakeModelCommand,
    ],
  };
  for (const [heading, adders] of Object.entries(groups)) {
    program.commandsGroup(heading);
    for (const add of adders) add(program, context);
  }
  return program;
}

function afterCommander(error: CommanderError, json: boolean, context: CliContext): number {
  if (error.exitCode === 0) return 0;
  // Without a command Commander prints the help, and its error has no text.
  const message = withAdvice(error.code === "commander.help" ? "no command given" : error.message);
  if (json) writeJson(context, errorJson(new PersonaAgentError("config-invalid", message)));
  return 2;
}

function afterStop(error: unknown, { signal, stderr }: CliContext): number {
  const { reason } = signal;
  if (!(reason instanceof Stopped)) return 1;
  if (reason.by === "EPIPE" || error instanceof ReportedFailure) return reason.exitCode;
  const advice = error instanceof Interrupted ? ` ${error.message}` : "";
  stderr.write(`persona-agent: stopped by ${reason.by}.${advice}\n`);
  return reason.exitCode;
}

/** Commander's error in one line, with what to do. */
function withAdvice(text: string): string {
  const line = text
    .trim()
    .replace(/^error: /, "")
    .replaceAll(/\s*\n\s*/g, " ");
  return `${line.replace(/\.$/, "")}. Run it with --help to see what it takes.`;
}

function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return String((JSON.parse(text) as { version?: unknown }).version);
}
