import { importHistories, type ImportResult } from "../../app/import-histories.js";
import { type CommandContext, elapsedSeconds, withAgent, writeJson } from "../cli-context.js";
import { counted } from "../output/figures.js";
import { printable, printableLine } from "../output/printable.js";
import { createProgressBar } from "../output/progress-bar.js";
import { terminalOf } from "../output/terminal.js";

interface ImportCommandOptions {
  readonly data: string;
  readonly users?: readonly string[];
  readonly limitUsers?: number;
  readonly profile: boolean;
  readonly profileTokens?: number;
}

/** Users, and left-out entries, that a person is shown one by one; `--json` has them all. */
const [shownUsers, shownSkipped] = [10, 10];

export async function runImport(
  { data, users, profile, ...limits }: ImportCommandOptions,
  context: CommandContext,
): Promise<void> {
  const start = performance.now();
  const bar = createProgressBar(context.stderr);
  const result = await importHistories(data, (work) => withAgent(context, work), {
    profiles: profile,
    signal: context.signal,
    progress: bar.update,
    ...(users && { users: new Set(users) }),
    ...limits,
  }).finally(bar.stop);
  const seconds = elapsedSeconds(start);
  if (context.json) writeJson(context, importJson(result, seconds));
  else writeReport(context, result, seconds);
  if (result.degraded.length > 0)
    context.stderr.write(
      `persona-agent: everything is stored; the index is not complete yet (${result.degraded.join(", ")}) and will catch up by itself.\n`,
    );
}

/** An import as `--json` prints it. This shape is a contract. */
function importJson({ users, episodes, skipped, usage }: ImportResult, seconds: number) {
  const { calls, tokens } = usage;
  return { users: users.length, userIds: users, episodes, skipped, calls, tokens, seconds };
}

function writeReport(
  { stdout }: CommandContext,
  { users, episodes, skipped, usage }: ImportResult,
  seconds: number,
): void {
  const { colors, write } = terminalOf(stdout);
  const cost =
    usage.calls === 0
      ? "no model call"
      : `${counted(usage.calls, "model call")}, ${usage.tokens.in} tokens in, ${usage.tokens.out} out`;
  write(
    `${colors.green("✓")} ${counted(episodes, "episode")} of ${counted(users.length, "user")} in memory ${colors.dim(`(${cost}, ${seconds.toFixed(1)} s)`)}`,
  );
  write(`  ${namesOf(users)}`);
  if (skipped.length === 0) return;
  write(`${colors.yellow("!")} ${counted(skipped.length, "entry was", "entries were")} left out:`);
  for (const { line, reason } of skipped.slice(0, shownSkipped))
    write(`  ${colors.dim(line === 0 ? "–" : `line ${line}`)} ${printable(reason)}`);
  const more = skipped.length - shownSkipped;
  if (more > 0) write(colors.dim(`  and ${more} more; --json names them all`));
}

function namesOf(users: readonly string[]): string {
  const names = users.slice(0, shownUsers).map((user) => printableLine(user, 40));
  const more = users.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more; --json names them all` : ""}`;
}
