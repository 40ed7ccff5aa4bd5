import { restorePersona, type RestoredPersona } from "../../memory/personas/restore-persona.js";
import { type CommandContext, withAgent, writeJson } from "../cli-context.js";
import { describeLine, linesJson } from "../output/persona-changes.js";
import { terminalOf } from "../output/terminal.js";
import { expectKnownUser } from "./known-user.js";

export async function runRollback(
  { user, to }: { readonly user: string; readonly to: number | string },
  context: CommandContext,
): Promise<void> {
  const result = await withAgent(context, async ({ memory }) => {
    await expectKnownUser(user, memory);
    return restorePersona(user, to, { personas: memory.personas, now: () => new Date() });
  });
  if (context.json) writeJson(context, rollbackJson(user, result));
  else writeRollback(context, result);
}

/** A rollback as `rollback --json` prints it. This shape is a contract. */
function rollbackJson(user: string, { head, restored, changed }: RestoredPersona) {
  return { user, version: head.version, restored, lines: linesJson(head.lines), changed };
}

function writeRollback({ stdout }: CommandContext, { head, name, changed }: RestoredPersona): void {
  const { colors, write } = terminalOf(stdout);
  const inUse = `version ${head.version}`;
  write(
    changed
      ? `${colors.green("✓")} ${capitalised(name)} is back, as version ${head.version}:`
      : `${capitalised(inUse)} ${inUse === name ? "is in use" : `says the same as ${name}`} already; nothing was changed:`,
  );
  for (const line of head.lines) write(`  ${describeLine(line)}`);
  if (head.paperSystemPrompt !== null) write("  and a text of paper mode");
  if (head.lines.length === 0 && head.paperSystemPrompt === null)
    write("  no learned line: the fixed rules and the user's profile alone");
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
