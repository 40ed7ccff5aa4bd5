import { resolve } from "node:path";
import type { Command } from "commander";
import { PersonaAgentError } from "../../errors.js";
import { colorsFor } from "../output/colors.js";
import { type CliContext, commonOptions, writeJson } from "../cli-context.js";
import { parentGone } from "../../system/parent-process.js";
import type { DevServerInfo } from "./run-dev-server.js";

interface DevOptions {
  readonly host: string;
  readonly port: string;
}

export function addDevCommand(program: Command, context: CliContext): void {
  program
    .command("dev")
    .description("serve the agent with LangGraph's dev server, for Studio, SDKs and --url")
    .option("--host <name>", "the address to listen on", "localhost")
    .option("--port <number>", "the port to listen on; 0 for any free one", "2024")
    .action((options: DevOptions, command: Command) => dev(options, command, context));
}

async function dev(options: DevOptions, command: Command, context: CliContext): Promise<void> {
  const { dataDir, json } = commonOptions(command);
  const { runDevServer } = await import("./run-dev-server.js");
  // npm that is killed does not end what it started.
  const isByNpm = context.env["npm_lifecycle_event"] !== undefined;
  await runDevServer({
    env: context.env,
    dataDir: resolve(dataDir),
    host: options.host,
    port: parsePort(options.port),
    log: json ? context.stderr : context.stdout,
    onServing: (info) => {
      if (json) writeJson(context, info);
      else context.stdout.write(greeting(info, colorsFor(context.stdout)));
    },
    signal: isByNpm ? AbortSignal.any([context.signal, parentGone()]) : context.signal,
  });
  context.signal.throwIfAborted();
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new PersonaAgentError(
    "config-invalid",
    `--port is ${JSON.stringify(text.slice(0, 40))}; expected a number from 0 to 65535. Correct it or leave it out.`,
  );
}

function greeting(
  { url, model, embeddings, dataDir }: DevServerInfo,
  colors: ReturnType<typeof colorsFor>,
): string {
  const lines: readonly (readonly [string, string])[] = [
    ["API", colors.cyan(url)],
    ["Studio", colors.cyan(`https://smith.langchain.com/studio?baseUrl=${url}`)],
    ["model", `${model}, embeddings ${embeddings}`],
    ["data", dataDir],
    ["ask", `npm run persona -- ask --url ${url} --user ada "What do you know about me?"`],
  ];
  const told = lines.map(([name, value]) => `  ${colors.bold(name.padEnd(8))}${value}\n`).join("");
  return `\n  ${colors.green("The agent is up.")} Ctrl-C ends all of it.\n\n${told}\n`;
}
