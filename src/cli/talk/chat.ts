import { createInterface } from "node:readline";
import type { Interface } from "node:readline";
import type { Command } from "commander";
import { parseMessageText } from "../../domain/text/storable-text.js";
import { PersonaAgentError } from "../../errors.js";
import { writeFootnote } from "./ask.js";
import { colorsFor } from "../output/colors.js";
import { commonOptions, printable, elapsedSeconds, writeJson } from "../cli-context.js";
import type { CliContext } from "../cli-context.js";
import type { Conversation } from "./turn.js";
import { withConversation } from "./conversation.js";
import type { TalkOptions } from "./conversation.js";
import { describeError, errorJson } from "../describe-error.js";
import { turnJson } from "./turn.js";
import type { TurnJson } from "./turn.js";

/**
 * Talks line by line until `/quit`, the end of the input, or Ctrl-C. With `json`, each turn is one line as `ask`
 * prints it. A turn that fails is told in one line and the next is waited for, unless the setting itself is wrong.
 */
export async function runChat(
  options: TalkOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const ended = new AbortController();
  const signal = AbortSignal.any([context.signal, ended.signal]);
  const talk = async (conversation: Conversation) => {
    const colors = colorsFor(context.stdout);
    const interactive = context.stdin.isTTY === true && context.stdout.isTTY === true;
    const lines = createInterface({
      input: context.stdin,
      ...(interactive ? { output: context.stdout, prompt: colors.cyan("you › ") } : {}),
    });
    // On a terminal Ctrl-C comes here and not as a signal, in the middle of an answer too.
    lines.on("SIGINT", () => {
      ended.abort(new DOMException("The chat was ended.", "AbortError"));
      lines.close();
    });
    signal.addEventListener("abort", () => lines.close());
    try {
      if (interactive)
        context.stdout.write(
          colors.dim(`Talking as ${printable(options.user)}. /quit or Ctrl-D ends it.\n`),
        );
      await converse(lines, conversation, options.user, command, context, signal);
    } finally {
      lines.close();
    }
  };
  await withConversation({ ...context, signal }, command, options, talk, {
    backgroundAlignment: true,
  }).catch((error: unknown) => {
    if (!ended.signal.aborted) throw error;
  });
}

async function converse(
  lines: Interface,
  conversation: Conversation,
  user: string,
  command: Command,
  context: CliContext,
  signal: AbortSignal,
): Promise<void> {
  const { json } = commonOptions(command);
  let isOpen = true;
  lines.once("close", () => (isOpen = false));
  // Newer versions of Node throw when a closed interface prompts, as after Ctrl-D in the middle of an answer.
  const prompt = () => isOpen && lines.prompt();
  prompt();
  for await (const line of lines) {
    if (line.trim() === "/quit" || signal.aborted) return;
    if (line.trim() !== "") {
      try {
        const turn = await answer(conversation, line, user, json, context);
        if (json) writeJson(context, turn);
        else writeFootnote(context, turn);
      } catch (error) {
        if (!isPassing(error)) throw error;
        context.stderr.write(`persona-agent: ${describeError(error)}\n`);
        if (json) writeJson(context, errorJson(error));
      }
    }
    prompt();
  }
}

async function answer(
  conversation: Conversation,
  line: string,
  user: string,
  json: boolean,
  { stdout }: CliContext,
): Promise<TurnJson> {
  const colors = colorsFor(stdout);
  const start = performance.now();
  let said = "";
  const turn = await conversation.say(parseMessageText(line), (event) => {
    if (json) return;
    if (event.kind === "text") {
      said += event.text;
      stdout.write(printable(event.text));
    } else {
      stdout.write(`${said === "" ? "" : "\n"}${colors.dim(`⋯ ${event.name}`)}\n`);
      said = "";
    }
  });
  if (!json) stdout.write(said === "" ? `${printable(turn.answer)}\n` : "\n");
  return turnJson(user, turn, elapsedSeconds(start));
}

/** What another try, or another message, may mend. */
function isPassing(error: unknown): boolean {
  if (!PersonaAgentError.is(error)) return false;
  return error.code === "config-message-invalid" || !error.code.startsWith("config-");
}
