import type { Command } from "commander";
import type { PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import {
  parentVersion,
  personaVersionStatuses,
  type PersonaVersionStatus,
  proposesNothing,
} from "../../domain/persona/version-history.js";
import { parseUserId } from "../../domain/user-id.js";
import { colorsFor } from "../output/colors.js";
import { commonOptions, oneLine, withAgent, writeJson } from "../cli-context.js";
import type { CliContext } from "../cli-context.js";
import { isKnownUser } from "./known-user.js";
import { minuteOf } from "../output/minute.js";
import { measured } from "../output/measured.js";
import { changedLines, personaChanges } from "./persona-changes.js";
import { wrap } from "../output/wrap.js";

export async function runLog(
  options: { readonly user: string },
  command: Command,
  context: CliContext,
): Promise<void> {
  const user = parseUserId(options.user);
  const { history, isKnown } = await withAgent(context, command, async ({ memory }) => ({
    history: await memory.personas.history(user),
    isKnown: await isKnownUser(user, memory),
  }));
  const entries = logJson(history);
  if (commonOptions(command).json) writeJson(context, entries);
  else if (isKnown) writeLog(context, entries);
  else context.stdout.write(`Nothing of ${JSON.stringify(user)} is remembered.\n`);
}

interface LogEntry extends PersonaCheckpoint {
  readonly head: boolean;
  readonly standing: PersonaVersionStatus;
}

/** A log as `log --json` prints it: every checkpoint as stored, and where it stands. This shape is a contract. */
export function logJson(history: readonly PersonaCheckpoint[]): LogEntry[] {
  const standings = personaVersionStatuses(history);
  return history.map((checkpoint) => {
    const standing = standings.get(checkpoint.id) ?? "superseded";
    return { ...checkpoint, head: standing === "head", standing };
  });
}

function writeLog({ stdout }: CliContext, entries: readonly LogEntry[]): void {
  const colors = colorsFor(stdout);
  const styles = {
    head: colors.green,
    past: String,
    rejected: colors.red,
    kept: colors.dim,
    superseded: colors.dim,
  } as const;
  const width = Math.max(60, stdout.columns ?? 120) - indent.length;
  const write = (line: string) => stdout.write(`${line}\n`);
  write(colors.dim(row("version", "standing", "author", "date (UTC)", "id")));
  for (const entry of entries) {
    const { version, standing, author, id, reason, alignment } = entry;
    const date = author === "initial" ? "–" : minuteOf(entry.at);
    const parent = parentVersion(entry, entries);
    const shown = standing === "rejected" && proposesNothing(entry, parent) ? "kept" : standing;
    // What was never in use shares its number with the version that came to be, and is named by its id.
    const number = standing === "head" || standing === "past" ? String(version) : "–";
    write(styles[shown](row(number, shown, author, date, id)));
    for (const line of wrap(oneLine(reason), width)) write(`${indent}${line}`);
    if (alignment !== null) write(colors.dim(`${indent}${measured(alignment)}`));
    const changes = personaChanges(parent, entry);
    for (const line of changedLines(changes, colors)) write(`${indent}${line}`);
    if (changes.paperText !== undefined && parent.paperSystemPrompt !== entry.paperSystemPrompt)
      write(`${indent}${colors.yellow("~ the text of paper mode; `diff` shows it")}`);
  }
}

const indent = " ".repeat(9);

function row(version: string, standing: string, author: string, date: string, id: string): string {
  return `${version.padEnd(9)}${standing.padEnd(12)}${author.padEnd(11)}${date.padEnd(18)}${id}`;
}
