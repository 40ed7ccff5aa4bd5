import { createInterface, type Interface } from "node:readline";
import type { TurnResult } from "../../app/ask.js";
import { parseMessageText } from "../../domain/text/storable-text.js";
import { PersonaAgentError } from "../../system/errors.js";
import { type CommandContext, writeJson } from "../cli-context.js";
import { describeError, errorJson } from "../describe-error.js";
import { printable } from "../output/printable.js";
import { colorsFor } from "../output/terminal.js";
import { writeFootnote } from "./ask.js";
import { type TalkOptions, withConversation } from "./conversation.js";
import type { Conversation } from "./turn.js";

/**
 * Talks line by line until `/quit` (or `exit`), the end of the input, or Ctrl-C. With `json`, each turn is one line as `ask`
 * prints it. A turn that fails is reported in one line, and the chat continues, unless a setting is wrong.
 */
export async function runChat(
  { user, ...options }: TalkOptions,
  commandContext: CommandContext,
): Promise<void> {
  const ended = new AbortController();
  const signal = AbortSignal.any([commandContext.signal, ended.signal]);
  const context = { ...commandContext, signal };
  const { stdin, stdout } = context;
  const talk = async (conversation: Conversation) => {
    const colors = colorsFor(stdout);
    const interactive = stdin.isTTY === true && stdout.isTTY === true;
    const lines = createInterface({
      input: stdin,
      ...(interactive && { output: stdout, prompt: colors.cyan("you › ") }),
    });
    // On a terminal Ctrl-C comes here and not as a signal, in the middle of an answer too.
    lines.on("SIGINT", () => {
      ended.abort(new DOMException("The chat was ended.", "AbortError"));
      lines.close();
    });
    signal.addEventListener("abort", () => lines.close());
    try {
      if (interactive)
        stdout.write(
          colors.dim(
            `Talking as ${printable(user)}. /quit or Ctrl-D ends it, /help shows the commands.\n`,
          ),
        );
      await converse(lines, conversation, context);
    } finally {
      lines.close();
    }
  };
  await withConversation(context, { user, ...options }, talk, { background: true }).catch(
    (error: unknown) => {
      if (!ended.signal.aborted) throw error;
    },
  );
}

async function converse(
  lines: Interface,
  conversation: Conversation,
  context: CommandContext,
): Promise<void> {
  let isOpen = true;
  lines.once("close", () => (isOpen = false));
  // Newer versions of Node throw when a closed interface prompts, as after Ctrl-D in the middle of an answer.
  const prompt = () => isOpen && lines.prompt();
  prompt();
  for await (const line of lines) {
    const command = commandOf(line);
    if (command === "/quit" || context.signal.aborted) return;
    if (command !== null) {
      const known = command === "/help" ? "" : `${command} is no command. `;
      context.stderr.write(`${known}${commands}\n`);
    } else if (line.trim() !== "") {
      try {
        const turn = await answer(conversation, line, context);
        if (context.json) writeJson(context, turn);
        else writeFootnote(context, turn);
      } catch (error) {
        if (!isTransient(error)) throw error;
        context.stderr.write(`persona-agent: ${describeError(error)}\n`);
        if (context.json) writeJson(context, errorJson(error));
      }
    }
    prompt();
  }
}

const commands =
  "/help shows the commands; /quit or Ctrl-D ends the chat. Anything else is said to the agent.";

/** The command that a line is, and nothing else; `null` for a message, which may begin with a slash too. */
function commandOf(line: string): string | null {
  const word = line.trim().toLowerCase();
  if (/^\/?(?:quit|exit)$/.test(word)) return "/quit";
  return /^\/[\w?-]*$/.test(word) ? word : null;
}

async function answer(
  conversation: Conversation,
  line: string,
  { json, stdout }: CommandContext,
): Promise<TurnResult> {
  const colors = colorsFor(stdout);
  let written = "";
  const turn = await conversation.say(parseMessageText(line), (event) => {
    if (json) return;
    if (event.kind === "text") {
      written += event.text;
      stdout.write(printable(event.text));
    } else {
      stdout.write(`${written === "" ? "" : "\n"}${colors.dim(`⋯ ${event.name}`)}\n`);
      written = "";
    }
  });
  if (!json) stdout.write(written === "" ? `${printable(turn.answer)}\n` : "\n");
  return turn;
}

/** Whether another try, or another message, may succeed. */
function isTransient(error: unknown): boolean {
  if (!PersonaAgentError.is(error)) return false;
  return error.code === "config-message-invalid" || !error.code.startsWith("config-");
}
