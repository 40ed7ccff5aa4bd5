import { type Command, Option } from "commander";
import { parseUserId } from "../../domain/user-id.js";
import { action, type CliContext } from "../cli-context.js";
import { addCounts, addUrl, modeOption, requireUser, toolsOption } from "../options.js";

export function addAlignmentCommands(program: Command, context: CliContext): void {
  const align = addUrl(program.command("align"))
    .description("learn a user's persona from their latest true answers; keep it if it does better")
    .option("--user <id>", "whose persona", parseUserId)
    .option("--all", "all users who are due: enough new true answers, or a run to resume")
    .option("--every", "with --all: also users who are not due");
  addCounts(align, { "--users-at-once": "with --all: most users at a time (default: 4)" })
    .addOption(modeOption("`paper`: the alignment as published"))
    .addOption(toolsOption())
    .option("--no-validation", "take every update, better or not")
    .option("--no-judge", "compare open replies by shared words, not by the alignment model")
    .option("--no-leave-one-out", "let a simulation see the true answer in memory; for experiments")
    .option("--review", "ask a person before an update that passed is taken");
  const holdout =
    "most held-out interactions for validation (default: 120, of which more than 32 only for a promising change; paper 0)";
  addCounts(align, { "--holdout": holdout }, 0);
  addCounts(align, {
    "--batch": "latest interactions that are criticised (default: 8; paper 3)",
    "--iterations": "most updates in one run (default: 3; paper 1)",
    "--samples-per-item": "answers to each interaction, for models that sample (default: 1)",
    "--max-calls": "most model calls of one run",
    "--max-tokens": "most tokens of one run",
    "--max-seconds": "most seconds of one run",
    "--concurrency": "most items of one user's run at a time (default: 64)",
  })
    .addHelpText(
      "after",
      `
Takes --user or --all. The same command resumes a run that was stopped or failed; no model call is repeated.
With --json one line: {user, mode, runId, iterations, head, usage, seconds, review, degraded}; with --all
{users, aligned, failed}: the number of users, a result for each that was aligned, and {user, error} for each that failed,
which also makes the exit code 1. A stop, or an error that every user would meet, ends --all early: what was done is
written, with that error as \`error\`, and the same command takes the remaining users. --every starts with all users again:
leave it out to resume.`,
    )
    .action(action(context, async () => (await import("./align.js")).runAlign));
  requireUser(addUrl(program.command("review")), "whose persona")
    .description("show a new persona that waits for a person, and decide on it")
    .option("--approve", "take it")
    .option("--reject", "keep the persona as it was")
    .option(
      "--edit <file>",
      "take these lines instead, one a line of the file; `-` reads the input",
    )
    .option("--note <text>", "the reason, for the log")
    .option("--author <name>", "who decides (default: the user)")
    .addHelpText(
      "after",
      `
Without a decision it shows what waits, and on a terminal asks for one. After a decision the alignment continues to its end.
With --json one line: the request, or after a decision the result of the alignment.`,
    )
    .action(action(context, async () => (await import("./review.js")).runReview));
  requireUser(addUrl(program.command("reflect")), "whose conversations")
    .description("learn from the latest turns now: the profile, and how the user reacted")
    .addHelpText(
      "after",
      `
At most one model call; none when nothing is new. Turns do it by themselves: see the settings of reflections.
With --json one line: {outcome, profile, reactions, usage, alignment, rollback, degraded}.`,
    )
    .action(action(context, async () => (await import("./reflect.js")).runReflect));
  addUrl(program.command("status"))
    .description(
      "show the status of alignment: new true answers, whether it is due, the last result",
    )
    .option("--user <id>", "only this user's (default: everybody's, a line each)", parseUserId)
    .action(action(context, async () => (await import("./status.js")).runStatus));
  addCounts(addUrl(program.command("usage")), {
    "--limit": "of all users, most at a time (default: 100)",
  })
    .description("show what model calls cost: calls and tokens, by kind and by time")
    .option("--user <id>", "only this user's (default: everybody's, a line each)", parseUserId)
    .option("--from <day>", "from this UTC day on, as 2026-05-31")
    .option("--to <day>", "up to this UTC day")
    .addOption(
      new Option("--per <time>", "of one user, how times are told").choices(["day", "month"]),
    )
    .option("--after <id>", "of all users, only those after this one")
    .addHelpText(
      "after",
      `
The cost is told where the setting PRICES has the price of every model. Alignments count at the dearer of their two
models. With --json one line: {user, total, kinds, times}; of all users {users, total, next}.`,
    )
    .action(action(context, async () => (await import("./usage.js")).runUsage));
  program
    .command("acceptance")
    .description("show what new personas are expected to be worth, learned from those judged here")
    .option("--reset", "forget what was learned, and begin with the starting values again")
    .addHelpText(
      "after",
      `
It is learned from counts alone, of all users together: how many held-out answers each new persona improved and spoilt.
With --json one line: {judged, taken, start, now, forgotten}; of start and now {effects, expectedGain, gainInterval,
harmProbability}, all from -1 to 1.`,
    )
    .action(action(context, async () => (await import("./acceptance.js")).runAcceptance));
}
