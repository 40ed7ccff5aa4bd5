import type { Command } from "commander";
import { parseUserId } from "../../domain/user-id.js";
import { restorePersona, type RestoredPersona } from "../../memory/personas/restore-persona.js";
import { colorsFor } from "../output/colors.js";
import { commonOptions, parseVersion, withAgent, writeJson } from "../cli-context.js";
import type { CliContext } from "../cli-context.js";
import { describeLine, linesJson } from "./persona-changes.js";

export interface RollbackOptions {
  readonly user: string;
  readonly to: string;
}

export async function runRollback(
  options: RollbackOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const user = parseUserId(options.user);
  const result = await withAgent(context, command, ({ memory: { personas } }) =>
    restorePersona(user, parseVersion(options.to), { personas, now: () => new Date() }),
  );
  if (commonOptions(command).json) writeJson(context, rollbackJson(user, result));
  else writeRollback(context, result);
}

/** A rollback as `rollback --json` prints it. This shape is a contract. */
export function rollbackJson(user: string, { head, restored, changed }: RestoredPersona) {
  return { user, version: head.version, restored, lines: linesJson(head.lines), changed };
}

function writeRollback({ stdout }: CliContext, { head, restored, changed }: RestoredPersona): void {
  const colors = colorsFor(stdout);
  stdout.write(
    changed
      ? `${colors.green("✓")} Version ${restored} is back, as version ${head.version}:\n`
      : `Version ${head.version} says the same as version ${restored} already; nothing was changed:\n`,
  );
  for (const line of head.lines) stdout.write(`  ${describeLine(line)}\n`);
  if (head.paperSystemPrompt !== null) stdout.write("  and a text of paper mode\n");
  if (head.lines.length === 0 && head.paperSystemPrompt === null)
    stdout.write("  no learned line: the fixed rules and the user's profile alone\n");
}
