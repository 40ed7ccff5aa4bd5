import type { Command } from "commander";
import { personaHead, type PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import {
  findVersion,
  parentVersion,
  proposesNothing,
} from "../../domain/persona/version-history.js";
import { parseUserId } from "../../domain/user-id.js";
import { colorsFor } from "../output/colors.js";
import { commonOptions, parseVersion, withAgent, writeJson } from "../cli-context.js";
import type { CliContext } from "../cli-context.js";
import { counted } from "../output/counted.js";
import { changedLines, changedTextLines, personaChanges } from "./persona-changes.js";

export interface DiffOptions {
  readonly user: string;
  readonly from?: string;
  readonly to?: string;
}

export async function runDiff(
  options: DiffOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const user = parseUserId(options.user);
  const history = await withAgent(context, command, ({ memory }) => memory.personas.history(user));
  const find = (version: string) => findVersion(user, history, parseVersion(version));
  const to = options.to === undefined ? personaHead(history) : find(options.to);
  const from = options.from === undefined ? parentVersion(to, history) : find(options.from);
  if (commonOptions(command).json) writeJson(context, diffJson(from, to));
  else if (options.from === undefined && to.parentId === null)
    context.stdout.write(
      `Version 0 of ${JSON.stringify(user)} is the first; there is none before it to compare it with.\n`,
    );
  else writeDiff(context, from, to);
  const isPlain = options.from === undefined && options.to === undefined;
  if (isPlain && !commonOptions(command).json) writeRejected(context, history);
}

/** A comparison as `diff --json` prints it. This shape is a contract. */
export function diffJson(from: PersonaCheckpoint, to: PersonaCheckpoint) {
  return { from: from.version, to: to.version, ...personaChanges(from, to) };
}

const shownRejected = 3;

/** What else there is to see: updates that were not taken have no number to be named by. */
function writeRejected({ stdout }: CliContext, history: readonly PersonaCheckpoint[]): void {
  const rejected = history
    .filter(({ status }) => status === "rejected")
    .filter((checkpoint) => !proposesNothing(checkpoint, parentVersion(checkpoint, history)));
  if (rejected.length === 0) return;
  const latest = rejected.slice(-shownRejected).map(({ id }) => id);
  const more = rejected.length > latest.length ? `; the latest ${latest.length}` : "";
  const were = counted(rejected.length, "update was", "updates were");
  const hint = `${were} not taken, which \`--to <id>\` shows${more}: ${latest.join(", ")}`;
  stdout.write(`${colorsFor(stdout).dim(hint)}\n`);
}

function writeDiff({ stdout }: CliContext, from: PersonaCheckpoint, to: PersonaCheckpoint): void {
  const colors = colorsFor(stdout);
  const changes = personaChanges(from, to);
  const lines = changedLines(changes, colors);
  const texts = changedTextLines(changes, colors);
  stdout.write(`${colors.dim(`version ${from.version} → version ${to.version}`)}\n`);
  for (const line of lines) stdout.write(`${line}\n`);
  if (texts.length > 0) stdout.write(`${colors.dim("the text of paper mode:")}\n`);
  for (const line of texts) stdout.write(`${line}\n`);
  if (lines.length + texts.length === 0) stdout.write("They say the same.\n");
}
