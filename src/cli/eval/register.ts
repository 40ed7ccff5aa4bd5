import { type Command, Option } from "commander";
import type { CliContext } from "../cli-context.js";
import type { EvalOptions } from "./eval-options.js";

export function addEvalCommands(program: Command, context: CliContext): void {
  program
    .command("eval")
    .description("measure methods side by side on LaMP's tasks, and write a report")
    .requiredOption("--data <path>", "a folder of sets, or one set's folder")
    .option("--out <folder>", "where the run's answers and its report are written")
    .option("--methods <names>", "only these, separated by commas")
    .option("--sets <names>", "only these, separated by commas")
    .option("--longest <count>", "of each set only so many users, those with the longest history")
    .option("--users <count>", "of these only so many, drawn with the seed")
    .option("--questions <count>", "of each set at most so many questions, shared among its users")
    .option("--study <name>", "instead of all methods side by side: one of those below")
    .option("--model <names>", "`offline` or `openai:<name>`, or several (default: MODEL)")
    .option("--alignment-model <name>", "draws profiles and aligns (default: each model itself)")
    .option(
      "--concurrency <count>",
      "most questions, and most model calls, at a time (default: 16)",
    )
    .option("--per-minute <count>", "most model calls begun in a minute")
    .option("--max-calls <count>", "most model calls of the run, resumed or not")
    .option("--max-tokens <count>", "most tokens of the run, in and out")
    .option("--seed <number>", "what is drawn at random is drawn with it (default: 1)")
    .addOption(
      new Option("--split <name>", "which of LaMP's files")
        .choices(["dev", "train", "test"])
        .default("dev"),
    )
    .addOption(
      new Option("--index <kind>", "what memory is searched with: exactly, or as in a deployment")
        .choices(["in-process", "chroma"])
        .default("in-process"),
    )
    .option("--resume", "go on with the run in the folder; what is recorded is not asked again")
    .option("--dry-run", "only say how many model calls and tokens it would take")
    .addHelpText(
      "after",
      `
Methods: prompt, icl, rag, pag, react, membank, persona-agent, persona-agent-paper; without-alignment, without-persona,
without-memory, without-action, without-validation, without-leave-one-out, without-wikipedia.
Studies: main, ablation, efficiency, batch, iterations, recalled, cold-start. A study of the alignment adds what it is
held against by itself; --methods chooses among those that it varies.

All data is checked before the first model call. Every answer is in the folder as soon as it is made (predictions.jsonl),
so a run that was stopped in any way goes on with the same command and --resume; what ended in an error is asked again.
With --json the last line is {report, results, paired}: the report's path; for each set and method the questions answered
and not, the metrics with their intervals, and the mean seconds, calls and tokens of a question; and how much better
persona-agent (a) does than each other method (b). With --dry-run it is {estimate, total}.

Several models are asked one after the other, each in a folder of its own within --out, with limits of its own; the report
in --out lays them side by side, and with --json every result and pair names its model. The estimate of --dry-run is of each
of them, its total of all. A run with --index chroma that is killed leaves entries in your own Chroma.`,
    )
    .action(async (options: EvalOptions, command: Command) => {
      const { runEval } = await import("./eval.js");
      await runEval(options, command, context);
    });
}
