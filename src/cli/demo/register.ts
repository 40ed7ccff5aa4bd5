import { PassThrough } from "node:stream";
import type { Command } from "commander";
import { action, type CliContext, type CommandContext, writeJson } from "../cli-context.js";

export function addDemoCommand(program: Command, context: CliContext): void {
  program
    .command("demo")
    .description("watch two invented users get their own answers and two personas learn")
    .addHelpText("after", "\nIt uses a temporary folder, which it removes at the end.")
    .action(action(context, () => Promise.resolve(runDemoCommand)));
}

async function runDemoCommand(_options: object, context: CommandContext): Promise<void> {
  const { createScreen } = await import("./screen.js");
  const screen = createScreen(context.json ? new PassThrough().resume() : context.stdout);
  screen.opening();
  const { runDemo } = await import("./run-demo.js");
  const report = await runDemo(context, screen);
  // The whole time that a person waited, from the start of the process.
  const seconds = Math.round(performance.now()) / 1_000;
  screen.closing(seconds);
  if (context.json) writeJson(context, { ...report, seconds });
}
