import { text as readAll } from "node:stream/consumers";
import type { TurnResult } from "../../app/ask.js";
import { parseMessageText } from "../../domain/text/storable-text.js";
import { type CliContext, type CommandContext, writeJson } from "../cli-context.js";
import { printable } from "../output/printable.js";
import { terminalOf } from "../output/terminal.js";
import { type TalkOptions, withConversation } from "./conversation.js";
import { readKeptConversation } from "./read-kept-conversation.js";
import { writeWhy } from "./why.js";

export async function runAsk(
  { conversation: file, ...options }: TalkOptions & { readonly conversation?: string },
  context: CommandContext,
  words: readonly string[],
): Promise<void> {
  const argument = words.join(" ");
  const question = parseMessageText(
    argument === "-" ? (await readAll(context.stdin)).replace(/\r?\n$/, "") : argument,
    "The question",
  );
  const kept = file === undefined ? {} : { conversation: await readKeptConversation(file) };
  await withConversation(context, { ...options, ...kept }, async (conversation) => {
    const turn = await conversation.say(question);
    if (context.json) return writeJson(context, turn);
    context.stdout.write(`${printable(turn.answer)}\n`);
    if (turn.why !== undefined) writeWhy(context, { ...turn, why: turn.why });
    writeFootnote(context, turn);
  });
}

/** One dim line below an answer: what it was made from and what it cost. Only on a terminal. */
export function writeFootnote({ stderr }: CliContext, turn: TurnResult): void {
  if (stderr.isTTY !== true) return;
  const { colors, write } = terminalOf(stderr);
  const parts = [
    `persona v${turn.personaVersion}`,
    `${turn.recalled.length} recalled`,
    ...turn.tools.map(({ name, ok }) => (ok ? name : `${name} failed`)),
    ...turn.degraded,
    `${turn.usage.tokens.in} + ${turn.usage.tokens.out} tokens`,
    `${turn.seconds.toFixed(1)} s`,
  ];
  write(colors.dim(parts.join(" · ")));
}
