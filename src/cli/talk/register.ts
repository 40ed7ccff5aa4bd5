import type { Command } from "commander";
import { action, type CliContext } from "../cli-context.js";
import { addUrl, modeOption, requireUser, toolsOption } from "../options.js";

export function addTalkCommands(program: Command, context: CliContext): void {
  addTalkOptions(program.command("ask"))
    .option(
      "--why",
      "also print what the answer was made from: recalled texts, profile, lines, tools",
    )
    .option(
      "--conversation <file>",
      "a conversation that you keep, as JSON, which the question goes on with",
    )
    .description("ask one question and print the answer")
    .argument("<question...>", "the question; `-` reads it from the input")
    .action(action(context, async () => (await import("./ask.js")).runAsk));
  addTalkOptions(program.command("chat"))
    .description("talk with the agent, line by line")
    .addHelpText(
      "after",
      "\nOn a terminal, /quit or Ctrl-D ends it. With --json: one line for each turn.",
    )
    .action(action(context, async () => (await import("./chat.js")).runChat));
}

function addTalkOptions(command: Command): Command {
  return requireUser(addUrl(command), "whose persona and memory to use")
    .addOption(modeOption("`paper`: the agent as published").default("default"))
    .addOption(toolsOption())
    .option(
      "--instructions <text>",
      "role, tone, language and house rules, in place of INSTRUCTIONS",
    )
    .option(
      "--thread <name>",
      "the thread to continue or begin (default: a new one; with --url, none)",
    );
}
