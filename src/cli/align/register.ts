import { type Command, Option } from "commander";
import type { AlignCommandOptions } from "./align.js";
import type { CliContext } from "../cli-context.js";
import type { ReviewOptions } from "./review.js";
import type { StatusOptions } from "./status.js";

export function addAlignmentCommands(program: Command, context: CliContext): void {
  addAlign(program, context);
  program
    .command("review")
    .description("see a new persona that waits for a person, and decide on it")
    .requiredOption("--user <id>", "whose persona")
    .option("--approve", "take it")
    .option("--reject", "keep the persona as it was")
    .option(
      "--edit <file>",
      "take these lines instead, one a line of the file; `-` reads the input",
    )
    .option("--note <text>", "why, for the log")
    .option("--author <name>", "who decides; the user unless given")
    .addHelpText(
      "after",
      "\nWithout a decision it shows what waits, and asks where this is a terminal. After a decision the alignment goes on to its end.\nWith --json: the request as it waits, or after a decision the result as `align --json` prints it.",
    )
    .action(async (options: ReviewOptions, command: Command) => {
      const { runReview } = await import("./review.js");
      await runReview(options, command, context);
    });
  program
    .command("status")
    .description(
      "how alignment stands: since when, new true answers, due or not, what came of the last",
    )
    .option("--user <id>", "only this user; everybody, a line each, unless given")
    .action(async (options: StatusOptions, command: Command) => {
      const { runStatus } = await import("./status.js");
      await runStatus(options, command, context);
    });
}

function addAlign(program: Command, context: CliContext): void {
  program
    .command("align")
    .description(
      "learn a user's persona from their latest true answers, and keep it if it does better",
    )
    .option("--user <id>", "whose persona")
    .option("--all", "everybody who is due: enough new true answers, or a run to go on with")
    .option("--every", "with --all: also those who are not due")
    .option("--users-at-once <count>", "with --all: at most so many users at a time (default: 4)")
    .addOption(
      new Option("--mode <mode>", "`paper`: the alignment as published").choices([
        "default",
        "paper",
      ]),
    )
    .option("--batch <count>", "latest interactions that are criticised (default: 8; paper 3)")
    .option("--holdout <count>", "most others that judge (default: 32; paper 0)")
    .option("--iterations <count>", "most updates in one run (default: 3; paper 1)")
    .option(
      "--samples-per-item <count>",
      "times each is answered, for models that sample (default: 1)",
    )
    .option("--no-validation", "take every update, better or not")
    .option("--no-leave-one-out", "let a simulation see the true answer in memory; for experiments")
    .option("--review", "ask a person before an update that passed is taken")
    .option("--max-calls <count>", "most model calls of one run")
    .option("--max-tokens <count>", "most tokens of one run")
    .option("--max-seconds <count>", "most seconds of one run")
    .option("--concurrency <count>", "most items of one user's run at a time (default: 64)")
    .addHelpText(
      "after",
      `
A run that was stopped or failed goes on where it was with the same command; what the model has answered is not asked again.
With --json one line: {user, mode, iterations, head, calls, tokens, seconds, review, degraded}; with --all
{users, aligned, failed}: how many users were taken, such a result for each, and {user, error} for each failure, which
also makes the exit code 1. A stop, or an error that everybody would meet, ends --all early: what was done by then is
written, with that error as \`error\`, and the same command takes who is left. --every begins with everybody again: leave
it out to go on.`,
    )
    .action(async (options: AlignCommandOptions, command: Command) => {
      const { runAlign } = await import("./align.js");
      await runAlign(options, command, context);
    });
}
