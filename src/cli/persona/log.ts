import type { TrialRecord } from "../../domain/alignment/alignment-record.js";
import { trialOutcomes } from "../../domain/alignment/trial.js";
import type { PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import {
  outcomeWithoutChange,
  parentVersion,
  personaVersionStatuses,
  type PersonaVersionStatus,
} from "../../domain/persona/version-history.js";
import { type CommandContext, withAgent, writeJson } from "../cli-context.js";
import { measured, minuteOf, trialTexts } from "../output/figures.js";
import { changedLines, type PersonaChanges, personaChanges } from "../output/persona-changes.js";
import { oneLine, wrap } from "../output/printable.js";
import { type Colors, terminalOf } from "../output/terminal.js";
import { isKnownUser, noMemoryOf } from "./known-user.js";

export async function runLog(
  { user }: { readonly user: string },
  context: CommandContext,
): Promise<void> {
  const { history, isKnown } = await withAgent(context, async ({ memory }) => ({
    history: await memory.personas.history(user),
    isKnown: await isKnownUser(user, memory),
  }));
  const entries = logJson(history);
  if (context.json) writeJson(context, entries);
  else if (isKnown) writeLog(context, entries);
  else context.stdout.write(`${noMemoryOf(user)}.\n`);
}

interface LogEntry extends PersonaCheckpoint {
  readonly head: boolean;
  readonly standing: PersonaVersionStatus;
  /** `null` for a version that was taken on sufficient evidence, or by a person. */
  readonly trial: TrialRecord["outcome"] | null;
}

/** A log as `log --json` prints it: every checkpoint as stored, with its status. This shape is a contract. */
function logJson(history: readonly PersonaCheckpoint[]): LogEntry[] {
  const statuses = personaVersionStatuses(history);
  const trials = trialOutcomes(history);
  return history.map((checkpoint) => {
    const standing = statuses.get(checkpoint.id) ?? "superseded";
    const trial = trials.get(checkpoint.id) ?? null;
    return { ...checkpoint, head: standing === "head", standing, trial };
  });
}

function writeLog({ stdout }: CommandContext, entries: readonly LogEntry[]): void {
  const { colors, width, write } = terminalOf(stdout);
  const styles = {
    head: colors.green,
    past: String,
    rejected: colors.red,
    superseded: colors.dim,
  } as const;
  write(colors.dim(row("version", "status", "author", "date (UTC)", "id")));
  for (const entry of entries) {
    const { version, standing, author, id, reason, alignment } = entry;
    const date = author === "initial" ? "–" : minuteOf(entry.at);
    const parent = parentVersion(entry, entries);
    const unchanged = standing === "rejected" ? outcomeWithoutChange(entry, entries) : null;
    // A checkpoint that was never in use shares its number with the version that was, so only its id names it.
    const number = standing === "head" || standing === "past" ? String(version) : "–";
    const style = unchanged === null ? styles[standing] : colors.dim;
    write(style(row(number, unchanged ?? standing, author, date, id)));
    for (const line of wrap(oneLine(reason), width - indent.length)) write(`${indent}${line}`);
    if (alignment !== null) write(colors.dim(`${indent}${measured(alignment)}`));
    if (entry.trial !== null) write(`${indent}It ${trialTexts[entry.trial]}${afterTrial(entry)}.`);
    const changes = personaChanges(parent, entry);
    for (const line of changedLines(changes, colors)) write(`${indent}${line}`);
    const texts = changes.paperText;
    if (texts !== undefined && texts.before !== texts.after)
      write(`${indent}${textChange(texts, colors)}`);
  }
}

/** How a trial goes on. */
function afterTrial({ trial }: LogEntry): string {
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
