import type { Command } from "commander";
import { parseUserId } from "../../domain/user-id.js";
import { action, type CliContext } from "../cli-context.js";
import { countOption, modeOption, requireUser } from "../options.js";

export function addAlignmentCommands(program: Command, context: CliContext): void {
  program
    .command("align")
    .description("learn a user's persona from their latest true answers; keep it if it does better")
    .option("--user <id>", "whose persona", parseUserId)
    .option("--all", "all users who are due: enough new true answers, or a run to resume")
    .option("--every", "with --all: also users who are not due")
    .option(
      "--users-at-once <count>",
      "with --all: most users at a time (default: 4)",
      countOption("--users-at-once"),
    )
    .addOption(modeOption("`paper`: the alignment as published"))
    .option(
      "--batch <count>",
      "latest interactions that are criticised (default: 8; paper 3)",
      countOption("--batch"),
    )
    .option(
      "--holdout <count>",
      "most held-out interactions for validation (default: 32; paper 0)",
      countOption("--holdout", 0),
    )
    .option(
      "--iterations <count>",
      "most updates in one run (default: 3; paper 1)",
      countOption("--iterations"),
    )
    .option(
      "--samples-per-item <count>",
      "answers to each interaction, for models that sample (default: 1)",
      countOption("--samples-per-item"),
    )
    .option("--no-validation", "take every update, better or not")
    .option("--no-leave-one-out", "let a simulation see the true answer in memory; for experiments")
    .option("--review", "ask a person before an update that passed is taken")
    .option("--max-calls <count>", "most model calls of one run", countOption("--max-calls"))
    .option("--max-tokens <count>", "most tokens of one run", countOption("--max-tokens"))
    .option("--max-seconds <count>", "most seconds of one run", countOption("--max-seconds"))
    .option(
      "--concurrency <count>",
      "most items of one user's run at a time (default: 64)",
      countOption("--concurrency"),
    )
    .addHelpText(
      "after",
      `
Takes --user or --all. The same command resumes a run that was stopped or failed; no model call is repeated.
With --json one line: {user, mode, iterations, head, calls, tokens, seconds, review, degraded}; with --all
{users, aligned, failed}: the number of users, a result for each that was aligned, and {user, error} for each that failed,
which also makes the exit code 1. A stop, or an error that every user would meet, ends --all early: what was done is
written, with that error as \`error\`, and the same command takes the remaining users. --every starts with all users again:
leave it out to resume.`,
    )
    .action(action(context, async () => (await import("./align.js")).runAlign));
  requireUser(program.command("review"), "whose persona")
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
  program
    .command("status")
    .description(
      "show the status of alignment: new true answers, whether it is due, the last result",
    )
    .option("--user <id>", "only this user's (default: everybody's, a line each)", parseUserId)
    .action(action(context, async () => (await import("./status.js")).runStatus));
}
