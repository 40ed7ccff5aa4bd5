import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "commander";
import { parseUserId } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../system/errors.js";
import { action, type CliContext, type CommandContext, writeJson } from "../cli-context.js";
import { addUrl, requireUser } from "../options.js";
import { writeGreeting } from "./greeting.js";

export function addDevCommand(program: Command, context: CliContext): void {
  program
    .command("dev")
    .description("serve the agent with LangGraph's dev server, for Studio, SDKs and --url")
    .option("--host <name>", "the address to listen on", "localhost")
    .option("--port <number>", "the port to listen on; 0 for any free one", parsePort, 2024)
    .action(action(context, () => Promise.resolve(whileNpmRuns(dev))));
}

export function addServeCommand(program: Command, context: CliContext): void {
  program
    .command("serve")
    .description("serve all routes, OpenAI's protocol and MCP, without LangGraph's server")
    .option("--host <name>", "the address to listen on", "localhost")
    .option("--port <number>", "the port to listen on; 0 for any free one", parsePort, 2024)
    .addHelpText(
      "after",
      "\nPrints its address, and runs until Ctrl-C; requests that are under way then have ten seconds. With --json: {url, signIn}.",
    )
    .action(action(context, async () => whileNpmRuns((await import("./serve.js")).runServe)));
}

export function addMcpCommand(program: Command, context: CliContext): void {
  requireUser(addUrl(program.command("mcp")), "whose memory and persona the tools are of")
    .description("serve memory and persona of one user as MCP tools, on input and output")
    .addHelpText("after", "\nFor the configuration of an MCP client. It runs until its input ends.")
    .action(action(context, async () => (await import("./mcp.js")).runMcp));
}

export function addChromaCommand(program: Command, context: CliContext): void {
  program
    .command("chroma")
    .description("start the Chroma server that comes with this package, for any client")
    .option("--host <address>", "the address to listen on; it asks for no password", "127.0.0.1")
    .option("--port <number>", "the port to listen on; 0 for any free one", parsePort, 8000)
    .option("--path <folder>", "the folder of its files (default: chroma in the data folder)")
    .addHelpText(
      "after",
      "\nPrints the line CHROMA_URL=..., and runs until Ctrl-C. With --json: {url, path}.",
    )
    .action(action(context, async () => whileNpmRuns((await import("./chroma.js")).runChroma)));
}

export function addHealthCommand(program: Command, context: CliContext): void {
  addUrl(program.command("health"))
    .description("say whether store and index answer, and how many jobs there are")
    .addHelpText(
      "after",
      "\nThe exit code is 1 if one does not answer. With --json one line: {ok, store, index, jobs}.",
    )
    .action(action(context, async () => (await import("./health.js")).runHealth));
}

export function addWorkerCommand(program: Command, context: CliContext): void {
  program
    .command("worker")
    .description("do the alignments and reflections that other processes request (JOBS=postgres)")
    .option("--concurrency <number>", "most jobs at a time: 1 to 64", parseConcurrency, 4)
    .addHelpText(
      "after",
      "\nNeeds DATABASE_URL and CHROMA_URL. Runs until Ctrl-C; what is under way then goes back to the queue.",
    )
    .action(action(context, async () => whileNpmRuns((await import("./worker.js")).runWorker)));
}

function parseConcurrency(text: string): number {
  if (/^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= 64) return Number(text);
  throw new PersonaAgentError(
    "config-invalid",
    `--concurrency is ${JSON.stringify(text.slice(0, 40))}; expected a number from 1 to 64. Correct it or leave it out.`,
  );
}

export function addFakeModelCommand(program: Command, context: CliContext): void {
  program
    .command("fake-model")
    .description("start a model server on the loopback, with quirks of real ones, to test clients")
    .option("--profile <name>", "the server that it imitates", "openai")
    .option("--quirk <name>", "one more quirk; can be given again", collect, [])
    .option("--script <file>", "replies, one a line as JSON; then the offline model answers")
    .option("--port <number>", "the port to listen on; 0 for any free one", parsePort, 0)
    .option("--wait <seconds>", "how long each reply takes", parseSeconds, 0)
    .option("--list", "list all profiles and quirks")
    .addHelpText(
      "after",
      "\nPrints its base URL, as OPENAI_BASE_URL takes it, and runs until Ctrl-C. With --json: {url, profile, quirks}.",
    )
    .action(
      action(context, async () => whileNpmRuns((await import("./fake-model.js")).runFakeModel)),
    );
}

export function addKeyCommand(program: Command, context: CliContext): void {
  program
    .command("key")
    .description("make a key for one user or an operator, and keep its hash for a server")
    .option("--user <id>", "whose key it is", parseUserId)
    .option("--operator", "a key that may do all, in the name of any user")
    .option("--file <path>", "the file of hashed keys (default: AUTH_KEYS_FILE)")
    .addHelpText("after", "\nPrints the key, which cannot be shown again.")
    .action(action(context, async () => (await import("./key.js")).runKey));
}

function collect(name: string, before: readonly string[]): readonly string[] {
  return [...before, name];
}

function parseSeconds(text: string): number {
  if (/^\d{1,4}(?:\.\d{1,3})?$/.test(text)) return Number(text);
  throw new PersonaAgentError(
    "config-invalid",
    `--wait is ${JSON.stringify(text.slice(0, 40))}; expected seconds from 0 to 9999. Correct it or leave it out.`,
  );
}

async function dev(
  { host, port }: { readonly host: string; readonly port: number },
  context: CommandContext,
): Promise<void> {
  const { env, dataDir, json, signal, stdout, stderr } = context;
  const { runDevServer } = await import("./run-dev-server.js");
  await runDevServer({
    env,
    dataDir,
    host,
    port,
    log: json ? stderr : stdout,
    onServing: (info) => (json ? writeJson(context, info) : writeGreeting(stdout, info)),
    signal,
  });
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new PersonaAgentError(
    "config-invalid",
    `--port is ${JSON.stringify(text.slice(0, 40))}; expected a number from 0 to 65535. Correct it or leave it out.`,
  );
}

/** The command, which also ends when npm or npx that started it was killed. */
function whileNpmRuns<Options>(
  run: (options: Options, context: CommandContext) => Promise<void>,
): (options: Options, context: CommandContext) => Promise<void> {
  return async (options, context) => {
    await run(options, { ...context, signal: untilNpmEnds(context) });
    context.signal.throwIfAborted();
  };
}

/** npm and npx that are killed do not end what they started. */
function untilNpmEnds({ env, signal }: CommandContext): AbortSignal {
  const isByNpm = env["npm_lifecycle_event"] !== undefined;
  return isByNpm ? AbortSignal.any([signal, parentGone()]) : signal;
}

const pollMs = 500;

/** Aborted soon after npm has ended. The system does not announce that, so the ids of parents are polled. */
function parentGone(): AbortSignal {
  const gone = new AbortController();
  void watch(npmAndShell(), gone);
  return gone.signal;
}

async function watch(parents: string, gone: AbortController) {
  while (npmAndShell() === parents) await delay(pollMs, undefined, { ref: false });
  gone.abort();
}

/** The parent, and where npm put a shell between us, the shell's parent, as far as the system tells. */
function npmAndShell(): string {
  const parent = process.ppid;
  try {
    const stat = readFileSync(`/proc/${parent}/stat`, "utf8");
    const [, name, , grandparent] = /^\d+ \((.*)\) (\S+) (\d+)/.exec(stat) ?? [];
    return /^(?:da|ba)?sh$/.test(name ?? "") ? `${parent} ${grandparent}` : `${parent}`;
  } catch {
    return `${parent}`;
  }
}
