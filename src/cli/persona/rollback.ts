import type { VerbInput, VerbOutput } from "../../contract/verbs.js";
import { type PersonaCheckpoint, personaHead } from "../../domain/persona/persona-checkpoint.js";
import { findVersion, versionName } from "../../domain/persona/version-history.js";
import { type CommandContext, writeJson } from "../cli-context.js";
import { describeLine } from "../output/persona-changes.js";
import { terminalOf } from "../output/terminal.js";
import { readLog, type ServerOption, withVerbs } from "../remote/with-verbs.js";

export async function runRollback(
  { user, to, url }: VerbInput<"rollback"> & ServerOption,
  context: CommandContext,
): Promise<void> {
  await withVerbs(context, { url }, async (call) => {
    const result = await call("rollback", { user, to });
    if (context.json) return writeJson(context, result);
    const history = await readLog(call, user);
    const name = versionName(findVersion(user, history, to), history);
    writeRollback(context, result, name, personaHead(history));
  });
}

function writeRollback(
  { stdout }: CommandContext,
  { version, changed }: VerbOutput<"rollback">,
  name: string,
  head: PersonaCheckpoint,
): void {
  const { colors, write } = terminalOf(stdout);
  const inUse = `version ${version}`;
  write(
    changed
      ? `${colors.green("✓")} ${capitalised(name)} is back, as version ${version}:`
      : `${capitalised(inUse)} ${inUse === name ? "is in use" : `says the same as ${name}`} already; nothing was changed:`,
  );
  for (const line of head.lines) write(`  ${describeLine(line)}`);
  if (head.paperSystemPrompt !== null)
    write(`  ${head.lines.length > 0 ? "and " : ""}a text of paper mode`);
  if (head.lines.length === 0 && head.paperSystemPrompt === null)
    write("  no learned line: the fixed rules and the user's profile alone");
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
