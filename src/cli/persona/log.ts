import type { VerbOutput } from "../../contract/verbs.js";
import { initialPersona } from "../../domain/persona/persona-checkpoint.js";
import { parentVersion } from "../../domain/persona/version-history.js";
import { type PersonaChanges, personaChanges } from "../../app/verbs/learned.js";
import { type CommandContext, writeJson } from "../cli-context.js";
import { counted, measured, minuteOf, trialTexts } from "../output/figures.js";
import { changedLines } from "../output/persona-changes.js";
import { oneLine, wrap } from "../output/printable.js";
import { type Colors, terminalOf } from "../output/terminal.js";
import {
  checkpointsOf,
  isKnown,
  noMemoryOf,
  type ServerOption,
  withVerbs,
} from "../remote/with-verbs.js";

export async function runLog(
  { user, url }: { readonly user: string } & ServerOption,
  context: CommandContext,
): Promise<void> {
  const { entries, known } = await withVerbs(context, { url }, async (call) => ({
    entries: await call("log", { user }),
    known: context.json || (await isKnown(call, user)),
  }));
  if (context.json) writeJson(context, entries);
  else if (known) writeLog(context, entries);
  else context.stdout.write(`${noMemoryOf(user)}.\n`);
}

function writeLog({ stdout }: CommandContext, entries: VerbOutput<"log">): void {
  const { colors, width, write } = terminalOf(stdout);
  const history = checkpointsOf(entries);
  const styles: Partial<Record<VerbOutput<"log">[number]["standing"], (text: string) => string>> = {
    head: colors.green,
    past: String,
    rejected: colors.red,
  };
  write(colors.dim(row("version", "status", "author", "date (UTC)", "id")));
  for (const [place, entry] of entries.entries()) {
    const { version, standing, author, id, reason, alignment } = entry;
    const date = author === "initial" ? "–" : minuteOf(entry.at);
    const checkpoint = history[place] ?? initialPersona;
    const parent = parentVersion(checkpoint, history);
    const style = styles[standing] ?? colors.dim;
    write(style(row(version === null ? "–" : String(version), standing, author, date, id)));
    for (const line of wrap(oneLine(reason), width - indent.length)) write(`${indent}${line}`);
    if (alignment !== null) write(colors.dim(`${indent}${measured(alignment)}`));
    if (entry.trial !== null) write(`${indent}It ${trialTexts[entry.trial]}${afterTrial(entry)}.`);
    if (entry.promising)
      write(`${indent}It is tried again, with this evidence, once there are new answers.`);
    const earlier = alignment?.earlier;
    if (earlier !== undefined) {
      const items = counted(earlier.items, "held-out item");
      write(`${indent}Tried again, with the ${items} of the rejected checkpoint ${earlier.id}.`);
    }
    const changes = personaChanges(parent, checkpoint);
    for (const line of changedLines(changes, colors, true)) write(`${indent}${line}`);
    const texts = changes.paperText;
    if (texts !== undefined && texts.before !== texts.after)
      write(`${indent}${textChange(texts, colors)}`);
  }
}

/** How a trial goes on. */
function afterTrial({ trial }: VerbOutput<"log">[number]): string {
  return trial === "on-trial" ? ": the next alignment tries it on later answers" : "";
}

function textChange(
  { before, after }: NonNullable<PersonaChanges["paperText"]>,
  colors: Colors,
): string {
  const text = "the text of paper mode";
  if (after === null) return colors.red(`- ${text}`);
  return before === null
    ? colors.green(`+ ${text}; \`diff\` shows it`)
    : colors.yellow(`~ ${text}; \`diff\` shows it`);
}

const indent = " ".repeat(9);

function row(version: string, status: string, author: string, date: string, id: string): string {
  return `${version.padEnd(9)}${status.padEnd(12)}${author.padEnd(11)}${date.padEnd(18)}${id}`;
}
