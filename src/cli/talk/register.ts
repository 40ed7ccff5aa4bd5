import type { Command } from "commander";
import type { CliContext } from "../cli-context.js";
import { addTalkOptions } from "./conversation.js";
import type { TalkOptions } from "./conversation.js";

export function addChatCommand(program: Command, context: CliContext): void {
  addTalkOptions(program.command("chat"))
    .description("talk with the agent, line by line")
    .action(async (options: TalkOptions, command: Command) => {
      const { runChat } = await import("./chat.js");
      await runChat(options, command, context);
    });
}
