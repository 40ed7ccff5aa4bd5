import { readFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { PersonaAgentError } from "../errors.js";
import { addAlignmentCommands } from "./align/register.js";
import { addAskCommand } from "./talk/ask.js";
import { addChatCommand } from "./talk/register.js";
import { writeJson } from "./cli-context.js";
import type { CliContext } from "./cli-context.js";
import { addDemoCommand } from "./demo/register.js";
import { addDevCommand } from "./dev/register.js";
import { describeError, errorJson } from "./describe-error.js";
import { addEvalCommands } from "./eval/register.js";
import { addFeedbackCommand } from "./memory/feedback.js";
import { addImportCommand } from "./memory/import.js";
import { addMemoryCommand } from "./memory/memory.js";
import { addPersonaCommands } from "./persona/register.js";
import { addReindexCommand } from "./memory/reindex.js";
import { CutOff, Stopped } from "./stop-signals.js";
import { ToldFailure } from "./output/told-failure.js";

/**
 * Runs one command line.
 *
 * @param words - The command line without the program's name.
 * @returns The exit code: 0; 1 for a failure, told in one line; 2 for a command line that is not understood; 128
 * and the signal's number after a signal.
 */
export async function runCli(words: readonly string[], context: CliContext): Promise<number> {
  const json = words.includes("--json");
  try {
    await buildProgram(context).parseAsync(words, { from: "user" });
    return 0;
  } catch (error) {
    if (context.signal.aborted) return afterStop(error, context);
    if (error instanceof ToldFailure) return 1;
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
    .version(packageVersion(), "--version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      outputError: (text, write) => write(`persona-agent: ${withWayOut(text)}\n`),
    })
    .configureHelp({ showGlobalOptions: true })
    .addOption(
      new Option("--data-dir <folder>", "where everything is kept")
        .env("PERSONA_DATA_DIR")
        .default(".persona-agent"),
    )
    .option("--json", "print one line of JSON, and nothing else, on the output")
    .option("--debug", "show the stack of an unexpected error");
  addImportCommand(program, context);
  addAskCommand(program, context);
  addChatCommand(program, context);
  addFeedbackCommand(program, context);
  addMemoryCommand(program, context);
  addAlignmentCommands(program, context);
  addPersonaCommands(program, context);
  addReindexCommand(program, context);
  addEvalCommands(program, context);
  addDemoCommand(program, context);
  addDevCommand(program, context);
  return program;
}

function afterCommander(error: CommanderError, json: boolean, context: CliContext): number {
  if (error.exitCode === 0) return 0;
  // Without a command Commander prints the help, and gives its error no text.
  const message = withWayOut(error.code === "commander.help" ? "no command given" : error.message);
  if (json) writeJson(context, errorJson(new PersonaAgentError("config-invalid", message)));
  return 2;
}

function afterStop(error: unknown, { signal, stderr }: CliContext): number {
  const { reason } = signal;
  if (!(reason instanceof Stopped)) return 1;
  if (reason.by === "EPIPE" || error instanceof ToldFailure) return reason.exitCode;
  const wayOn = error instanceof CutOff ? ` ${error.message}` : "";
  stderr.write(`persona-agent: stopped by ${reason.by}.${wayOn}\n`);
  return reason.exitCode;
}

/** Commander's error in one line, with what to do. */
function withWayOut(text: string): string {
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
