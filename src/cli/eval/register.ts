import { type Command, Option } from "commander";
import { lampKinds, lampTasks, publishedSplits } from "../../eval/sets/lamp-files.js";
import type { CliContext } from "../cli-context.js";
import { parseCount } from "../options.js";
import type { EvalDownloadOptions } from "./eval-download.js";
import type { EvalGenerateOptions } from "./eval-generate.js";
import { type EvalOptions, listOf, modelsOf, someOf } from "./eval-options.js";

export function addEvalCommands(program: Command, context: CliContext): void {
  addEval(program, context);
  addEvalDownload(program, context);
  addEvalGenerate(program, context);
}

/** An option that takes a whole number from `least`. */
const count = (option: string, description: string, least: 0 | 1 = 1) =>
  [
    `${option} <count>`,
    description,
    (text: string): number => parseCount(text, option, least),
  ] as const;

/** An option that takes some of these names. */
const names = <Name extends string>(option: string, description: string, known: readonly Name[]) =>
  [`${option} <names>`, description, someOf(known, option)] as const;

function addEval(program: Command, context: CliContext): void {
  program
    .command("eval")
    .description("measure methods side by side on LaMP's tasks, and write a report")
    .requiredOption("--data <path>", "a folder of sets, or one set's folder")
    .option("--out <folder>", "where the run's answers and its report are written")
    .option("--methods <names>", "only these, separated by commas", listOf)
    .option("--sets <names>", "only these, separated by commas", listOf)
    .option(...count("--longest", "of each set only this many users, with the longest history"))
    .option(...count("--users", "of these only this many, drawn with the seed"))
    .option(...count("--questions", "of each set at most this many, shared among its users"))
    .option("--study <name>", "one of the studies below, instead of all methods side by side")
    .option(
      "--model <names>",
      "`offline` or `openai:<name>`, or several (default: MODEL)",
      modelsOf,
    )
    .option("--alignment-model <name>", "draws profiles and aligns (default: each model itself)")
    .option(...count("--concurrency", "most questions, and most model calls, at a time"), 16)
    .option(...count("--per-minute", "most model calls begun in a minute"))
    .option(...count("--max-calls", "most model calls of the run, resumed or not"))
    .option(...count("--max-tokens", "most tokens of the run, in and out"))
    .option(...count("--seed", "for everything that is drawn at random", 0), 1)
    .addOption(
      new Option("--split <name>", "which of LaMP's files")
        .choices(["dev", "train", "test"])
        .default("dev"),
    )
    .addOption(
      new Option("--index <kind>", "how memory is searched: exactly, or as in a deployment")
        .choices(["in-process", "chroma"])
        .default("in-process"),
    )
    .option("--resume", "continue the run in the folder; what is recorded is not asked again")
    .option("--dry-run", "only estimate the model calls and tokens")
    .addHelpText(
      "after",
      `
Methods: prompt, icl, rag, pag, react, membank, persona-agent, persona-agent-paper; without-alignment, without-persona,
without-memory, without-action, without-validation, without-leave-one-out, without-wikipedia.
Studies: main, ablation, efficiency, batch, iterations, recalled, cold-start. A study of the alignment adds its rivals by
itself; --methods chooses among the methods that it varies.

All data is checked before the first model call. Every answer is in the folder as soon as it is made (predictions.jsonl).
A run that stopped for any reason continues with the same command and --resume; what ended in an error is asked again.
With --json the last line is {report, results, paired}: the report's path; for each set and method the questions answered
and not, the metrics with their intervals, and the mean seconds, calls and tokens of a question; and how much better
persona-agent (a) does than each other method (b). With --dry-run it is {estimate, total}.

Several models are asked one after the other, each in a folder of its own within --out, with limits of its own. The report
in --out compares them, and with --json every result and pair names its model. --dry-run estimates each of them, and
totals all. If a run with --index chroma is killed, its entries stay in your own Chroma.`,
    )
    .action(async (options: EvalOptions, command: Command) => {
      const { runEval } = await import("./eval.js");
      await runEval(options, command, context);
    });
}

function addEvalDownload(program: Command, context: CliContext): void {
  program
    .command("eval-download")
    .description("fetch LaMP's official files for an evaluation, or --list them with their sizes")
    .option("--out <folder>", "where the sets are written, a folder each")
    .option(
      ...names("--tasks", "of LaMP_1, LaMP_2M, LaMP_2N, LaMP_3 (default: all four)", lampTasks),
    )
    .option(
      ...names("--kinds", "of user, time: how LaMP divided people (default: user)", lampKinds),
    )
    .option(...names("--splits", "of dev, train (default: dev)", publishedSplits))
    .option("--from <url>", "a copy of LaMP's download folder (default: LaMP's own)")
    .option("--list", "show the files with their sizes, and fetch nothing")
    .addHelpText(
      "after",
      `
A file gets its name when it is whole and the evaluation can read its set. An interrupted download resumes with the same
command; existing files are not fetched again. Mind the licences: LaMP's is CC BY-NC-SA 4.0, and each data set has its own.
With --json one line: {files: [{set, file, url, bytes}], bytes} with --list, where bytes is null if it is not known, else
{sets: [{set, split, folder, state, users, questions}], seconds}.`,
    )
    .action(async (options: EvalDownloadOptions, command: Command) => {
      const { runEvalDownload } = await import("./eval-download.js");
      await runEvalDownload(options, command, context);
    });
}

function addEvalGenerate(program: Command, context: CliContext): void {
  program
    .command("eval-generate")
    .description("write a set of invented users whose preferences are known, for `eval`")
    .requiredOption("--out <folder>", "a new folder; its name is the set's")
    .addOption(
      new Option("--task <name>", "what the users are asked")
        .choices(["LaMP_2M", "LaMP_2N", "LaMP_3"])
        .default("LaMP_2M"),
    )
    .option(...count("--users", "how many"), 20)
    .option(...count("--history", "past interactions of each"), 40)
    .option(...count("--questions", "questions to each, after these"), 4)
    .option("--noise <share>", "the share of answers, 0 to 1, drawn at random (default: 0)")
    .option(...count("--seed", "the same seed writes the same set", 0), 1)
    .addHelpText(
      "after",
      `
Each user has an answer for texts with a certain word and always gives it, except for the noise. known.json says which,
and answers every question accordingly: no method can know more.
With --json one line: {set, folder, task, users, history, questions, noise, seed, best}: the expected accuracy of the known
answers.`,
    )
    .action(async (options: EvalGenerateOptions, command: Command) => {
      const { runEvalGenerate } = await import("./eval-generate.js");
      await runEvalGenerate(options, command, context);
    });
}
