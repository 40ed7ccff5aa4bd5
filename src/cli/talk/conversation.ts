import { randomUUID } from "node:crypto";
import type { OpenAgent } from "../../app/open-persona-agent.js";
import { PersonaAgentError } from "../../system/errors.js";
import { type CommandContext, withAgent } from "../cli-context.js";
import { describeError } from "../describe-error.js";
import { terminalOf } from "../output/terminal.js";
import type { Conversation } from "./turn.js";

/** The options of `ask` and `chat`. */
export interface TalkOptions {
  readonly user: string;
  readonly mode: "default" | "paper";
  /** Names of the tools that a turn may use; all unless given. */
  readonly tools?: readonly string[];
  readonly instructions?: string;
  /** Only of `ask`: whether the result says what the answer was made from. */
  readonly why?: boolean;
  readonly thread?: string;
  readonly url?: string;
}

/**
 * A thread for as long as `work` takes, here or on the server that `--url` names.
 *
 * @throws {PersonaAgentError} `config-invalid` before anything is opened.
 */
export async function withConversation(
  context: CommandContext,
  {
    user: userId,
    mode,
    tools,
    instructions,
    thread: threadId = randomUUID(),
    url,
    why = false,
  }: TalkOptions,
  work: (conversation: Conversation) => Promise<void>,
  { background = false }: { readonly background?: boolean } = {},
): Promise<void> {
  const { signal } = context;
  if (threadId.trim() === "")
    throw new PersonaAgentError(
      "config-invalid",
      "--thread is empty; expected a name. Name the thread, or leave the option out.",
    );
  const settings = {
    mode,
    ...(tools && { allowedTools: [...tools] }),
    ...(instructions !== undefined && { instructions }),
  };
  if (url !== undefined) {
    const { openRemoteConversation } = await import("./remote-conversation.js");
    const { serverHeaders } = await import("../remote/server-headers.js");
    const headers = serverHeaders(context.env);
    return work(openRemoteConversation(url, { userId, settings, threadId, why, signal }, headers));
  }
  return withAgent(
    context,
    async (agent) => {
      let isReflectionDue = false;
      await work({
        async say(text, onEvent) {
          const turn = await agent.ask(userId, text, {
            threadId,
            settings,
            signal,
            why,
            onEvent: (event) => {
              if (event.kind === "text" || event.kind === "tool-started") onEvent?.(event);
            },
          });
          isReflectionDue = turn.reflection.due;
          return turn;
        },
      });
      if (isReflectionDue && !signal.aborted) await reflectAtEnd(context, agent, userId);
    },
    { background },
  );
}

/** A process that ends has no background, so the reflection that is due comes after the answer. */
async function reflectAtEnd(
  { stderr, signal }: CommandContext,
  { reflect }: Pick<OpenAgent, "reflect">,
  userId: string,
): Promise<void> {
  const { colors, write } = terminalOf(stderr);
  if (stderr.isTTY === true) write(colors.dim("learning from the conversation …"));
  try {
    await reflect(userId, { signal });
  } catch (error) {
    signal.throwIfAborted();
    stderr.write(
      `persona-agent: nothing was learned from the conversation: ${describeError(error)}\n`,
    );
  }
}
