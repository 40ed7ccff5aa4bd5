import type { Command } from "commander";
import { personaHead, type PersonaCheckpoint } from "../domain/persona.js";
import { findVersion, parentVersion } from "../domain/persona-versions.js";
import { parseUserId } from "../domain/user-id.js";
import { colorsFor } from "./colors.js";
import { commonOptions, parseVersion, withAgent, writeJson } from "./context.js";
import type { CliContext } from "./context.js";
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
}

/** A comparison as `diff --json` prints it. This shape is a contract. */
export function diffJson(from: PersonaCheckpoint, to: PersonaCheckpoint) {
  return { from: from.version, to: to.version, ...personaChanges(from, to) };
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
