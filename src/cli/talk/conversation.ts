import { randomUUID } from "node:crypto";
import { Option } from "commander";
import type { Command } from "commander";
import { parseUserId } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../errors.js";
import type { OpenAgent } from "../../app/open-persona-agent.js";
import { withAgent } from "../cli-context.js";
import type { CliContext } from "../cli-context.js";
import type { RemoteOptions } from "./remote-conversation.js";
import type { Conversation } from "./turn.js";

/** What `ask` and `chat` have in common. */
export interface TalkOptions {
  readonly user: string;
  readonly mode: "default" | "paper";
  readonly thread?: string;
  readonly url?: string;
}

export function addTalkOptions(command: Command): Command {
  return command
    .requiredOption("--user <id>", "whose persona and memory to use")
    .addOption(
      new Option("--mode <mode>", "`paper`: the agent as published")
        .choices(["default", "paper"])
        .default("default"),
    )
    .option("--thread <name>", "go on with this thread, or begin it; a new one unless given")
    .option(
      "--url <address>",
      "talk to a running LangGraph server instead of opening a data folder",
    );
}

/**
 * A thread for as long as `work` takes, here or on the server that `--url` names.
 *
 * @throws {PersonaAgentError} `config-user-invalid` or `config-invalid` before anything is opened.
 */
export async function withConversation(
  context: CliContext,
  command: Command,
  talk: TalkOptions,
  work: (conversation: Conversation) => Promise<void>,
  background: Parameters<typeof withAgent>[3] = {},
): Promise<void> {
  const options = {
    userId: parseUserId(talk.user),
    mode: talk.mode,
    threadId: talk.thread ?? randomUUID(),
    signal: context.signal,
  };
  if (options.threadId.trim() === "")
    throw new PersonaAgentError(
      "config-invalid",
      "--thread is empty; expected a name. Name the thread, or leave the option out.",
    );
  if (talk.url === undefined)
    return withAgent(
      context,
      command,
      (agent) => work(localConversation(agent, options)),
      background,
    );
  const { openRemoteConversation } = await import("./remote-conversation.js");
  return work(openRemoteConversation(parseAddress(talk.url), options));
}

function localConversation(
  agent: Pick<OpenAgent, "ask">,
  { userId, mode, threadId, signal }: RemoteOptions,
): Conversation {
  return {
    say: (text, onEvent) =>
      agent.ask(userId, text, {
        threadId,
        settings: { mode },
        signal,
        onEvent: (event) => {
          if (event.kind === "text" || event.kind === "tool-started") onEvent?.(event);
        },
      }),
  };
}

function parseAddress(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url.replace(/\/+$/, "");
  throw new PersonaAgentError(
    "config-invalid",
    `--url is ${JSON.stringify(url.slice(0, 200))}; expected an address such as http://localhost:2024. Correct it.`,
  );
}
