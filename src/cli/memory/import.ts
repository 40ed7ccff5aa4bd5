import type { Command } from "commander";
import { colorsFor } from "../output/colors.js";
import {
  commonOptions,
  parseCount,
  printable,
  elapsedSeconds,
  withAgent,
  writeJson,
} from "../cli-context.js";
import type { CliContext } from "../cli-context.js";
import { counted } from "../output/counted.js";
import type { ImportResult } from "../../app/import-histories.js";

interface Options {
  readonly data: string;
  readonly users?: string;
  readonly limitUsers?: string;
  readonly profile: boolean;
  readonly profileTokens?: string;
}

/** Left-out entries that a person is shown one by one; `--json` has them all. */
const shownSkipped = 10;

export function addImportCommand(program: Command, context: CliContext): void {
  program
    .command("import")
    .description("bring histories into memory and draw a profile of each user")
    .requiredOption(
      "--data <path>",
      "a JSONL file ({user, query, answer, at} a line) or a LaMP folder",
    )
    .option("--users <names>", "only these users, separated by commas")
    .option("--limit-users <count>", "only the first so many users")
    .option("--no-profile", "draw no profiles, and so make no model call")
    .option("--profile-tokens <count>", "most tokens (estimated) of a profile's prompt")
    .addHelpText(
      "after",
      "\nAn import that was cut off is finished by the same command; importing again changes nothing.",
    )
    .action((options: Options, command: Command) => runImport(options, command, context));
}

async function runImport(options: Options, command: Command, context: CliContext): Promise<void> {
  const start = performance.now();
  const [{ importHistories }, { createProgressBar }] = await Promise.all([
    import("../../app/import-histories.js"),
    import("../output/progress-bar.js"),
  ]);
  const limitUsers =
    options.limitUsers === undefined ? undefined : parseCount(options.limitUsers, "--limit-users");
  const profileTokens =
    options.profileTokens === undefined
      ? undefined
      : parseCount(options.profileTokens, "--profile-tokens");
  const users = options.users
    ?.split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const bar = createProgressBar(context.stderr);
  try {
    const result = await importHistories(
      options.data,
      (work) => withAgent(context, command, work),
      {
        profiles: options.profile,
        signal: context.signal,
        progress: bar.update,
        ...(users === undefined ? {} : { users: new Set(users) }),
        ...(limitUsers === undefined ? {} : { limitUsers }),
        ...(profileTokens === undefined ? {} : { profileTokens }),
      },
    );
    bar.stop();
    const seconds = elapsedSeconds(start);
    if (commonOptions(command).json) writeJson(context, importJson(result, seconds));
    else writeReport(context, result, seconds);
    if (result.degraded.length > 0)
      context.stderr.write(
        `persona-agent: everything is stored, but not yet searchable (${result.degraded.join(", ")}); it will be by itself.\n`,
      );
  } finally {
    bar.stop();
  }
}

/** An import as `--json` prints it. This shape is a contract. */
export function importJson({ users, episodes, skipped, usage }: ImportResult, seconds: number) {
  return { users, episodes, skipped, calls: usage.calls, tokens: usage.tokens, seconds };
}

function writeReport(
  { stdout }: CliContext,
  { users, episodes, skipped, usage }: ImportResult,
  seconds: number,
): void {
  const colors = colorsFor(stdout);
  const cost =
    usage.calls === 0
      ? "no model call"
      : `${counted(usage.calls, "model call")}, ${usage.tokens.in} tokens in, ${usage.tokens.out} out`;
  stdout.write(
    `${colors.green("✓")} ${counted(episodes, "episode")} of ${counted(users, "user")} in memory ${colors.dim(`(${cost}, ${seconds.toFixed(1)} s)`)}\n`,
  );
  if (skipped.length === 0) return;
  stdout.write(
    `${colors.yellow("!")} ${counted(skipped.length, "entry was", "entries were")} left out:\n`,
  );
  for (const { line, reason } of skipped.slice(0, shownSkipped))
    stdout.write(`  ${colors.dim(line === 0 ? "–" : `line ${line}`)} ${printable(reason)}\n`);
  if (skipped.length > shownSkipped)
    stdout.write(
      colors.dim(`  and ${skipped.length - shownSkipped} more; --json names them all\n`),
    );
}
