import type { Command } from "commander";
import { commonOptions, writeJson } from "../cli-context.js";
import type { CliContext } from "../cli-context.js";

export function addDemoCommand(program: Command, context: CliContext): void {
  program
    .command("demo")
    .description(
      "watch two invented users get answers of their own and be learned from, in a folder that is removed",
    )
    .action((_options: object, command: Command) => runDemoCommand(command, context));
}

async function runDemoCommand(command: Command, context: CliContext): Promise<void> {
  const { json } = commonOptions(command);
  const { createScreen, silentScreen } = await import("./screen.js");
  const screen = json ? silentScreen : createScreen(context.stdout);
  screen.opening();
  const { runDemo } = await import("./run-demo.js");
  const report = await runDemo(context, screen);
  // The whole time that a person waited, from the start of the process.
  const seconds = Math.round(performance.now()) / 1_000;
  screen.closing(seconds);
  if (json) writeJson(context, { ...report, seconds });
}
