import { text as readAll } from "node:stream/consumers";
import type { Command } from "commander";
import { parseMessageText } from "../../domain/text/storable-text.js";
import { colorsFor } from "../output/colors.js";
import { commonOptions, printable, elapsedSeconds, writeJson } from "../cli-context.js";
import type { CliContext } from "../cli-context.js";
import { addTalkOptions, withConversation } from "./conversation.js";
import type { TalkOptions } from "./conversation.js";
import { turnJson } from "./turn.js";
import type { TurnJson } from "./turn.js";

export function addAskCommand(program: Command, context: CliContext): void {
  addTalkOptions(program.command("ask"))
    .description("ask one question and print the answer")
    .argument("<question...>", "the question; `-` reads it from the input")
    .action((words: string[], options: TalkOptions, command: Command) =>
      runAsk(words, options, command, context),
    );
}

async function runAsk(
  words: readonly string[],
  options: TalkOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const start = performance.now();
  const given = words.join(" ");
  const question = parseMessageText(
    given === "-" ? (await readAll(context.stdin)).replace(/\r?\n$/, "") : given,
    "The question",
  );
  await withConversation(context, command, options, async (conversation) => {
    const turn = turnJson(options.user, await conversation.say(question), elapsedSeconds(start));
    if (commonOptions(command).json) return writeJson(context, turn);
    context.stdout.write(`${printable(turn.answer)}\n`);
    return writeFootnote(context, turn);
  });
}

/** One dim line below an answer: what it rests on. Only on a terminal. */
export function writeFootnote({ stderr }: CliContext, turn: TurnJson): void {
  if (stderr.isTTY !== true) return;
  const colors = colorsFor(stderr);
  const parts = [
    `persona v${turn.personaVersion}`,
    `${turn.recalled.length} recalled`,
    ...turn.tools.map(({ name, ok }) => (ok ? name : `${name} failed`)),
    ...turn.degraded,
    `${turn.tokens.in} + ${turn.tokens.out} tokens`,
    `${turn.seconds.toFixed(1)} s`,
  ];
  stderr.write(`${colors.dim(parts.join(" · "))}\n`);
}
