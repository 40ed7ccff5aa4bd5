import { randomUUID } from "node:crypto";
import type { KeptConversation } from "../../app/kept-conversation.js";
import type { CallVerb } from "../../app/verbs/verb-hooks.js";
import type { VerbInput } from "../../contract/verbs.js";
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
  /** Only of `ask`: what is continued instead of a thread. */
  readonly conversation?: KeptConversation;
  readonly url?: string;
}

/**
 * A thread for as long as `work` takes, here or on the server that `--url` names.
 *
 * @throws {PersonaAgentError} `config-invalid` before anything is opened.
 */
export async function withConversation(
  context: CommandContext,
  { user: userId, mode, tools, instructions, thread, conversation, url, why = false }: TalkOptions,
  work: (conversation: Conversation) => Promise<void>,
  { background = false }: { readonly background?: boolean } = {},
): Promise<void> {
  const { signal } = context;
  const threadId = thread ?? randomUUID();
  if (thread !== undefined && conversation !== undefined)
    throw new PersonaAgentError(
      "config-invalid",
      "Both --thread and --conversation were given; expected one of them. Leave one out.",
    );
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
    const { serverHeaders } = await import("../remote/server-headers.js");
    const headers = serverHeaders(context.env);
    if (thread === undefined) {
      const { remoteVerbs } = await import("../remote/remote-verbs.js");
      const call = remoteVerbs(url, signal, headers);
      return work(keepConversation(call, { user: userId, settings, why }, conversation));
    }
    const { openRemoteConversation } = await import("./remote-conversation.js");
    return work(openRemoteConversation(url, { userId, settings, threadId, why, signal }, headers));
  }
  return withAgent(
    context,
    async (agent) => {
      let isReflectionDue = false;
      await work({
        async say(text, onEvent) {
          const turn = await agent.ask(userId, text, {
            ...(conversation === undefined ? { threadId } : { conversation }),
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

/** Characters of earlier messages that are sent along; a prompt shows fewer. */
const mostEarlier = 200_000;

/** A conversation over a verb's route, which any server has: what was said before is sent along. */
function keepConversation(
  call: CallVerb,
  fields: Pick<VerbInput<"ask">, "user" | "settings" | "why">,
  { id = randomUUID(), earlier: given = [] }: KeptConversation = {},
): Conversation {
  const earlier = [...given];
  return {
    async say(message, onEvent) {
      const input = { ...fields, message, conversation: { id, earlier } };
      const turn = await call("ask", input, {
        onProgress(event) {
          if (event.kind === "text" || event.kind === "tool-started") onEvent?.(event);
        },
      });
      earlier.push({ role: "user", content: message }, { role: "assistant", content: turn.answer });
      while (lengthOf(earlier) > mostEarlier) earlier.splice(0, 2);
      return turn;
    },
  };
}

function lengthOf(messages: readonly { readonly content: string }[]): number {
  return messages.reduce((sum, { content }) => sum + content.length, 0);
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
