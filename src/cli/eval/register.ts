import { type Command, Option } from "commander";
import { lampKinds, lampTasks, publishedSplits } from "../../eval/sets/lamp-files.js";
import { action, type CliContext } from "../cli-context.js";
import { addCounts, parseNames } from "../options.js";
import { modelsOf, someOf } from "./eval-options.js";

export function addEvalCommands(program: Command, context: CliContext): void {
  addEval(program, context);
  addEvalRecall(program, context);
  addEvalDownload(program, context);
  addEvalGenerate(program, context);
}

const splitOption = () =>
  new Option("--split <name>", "which of LaMP's files")
    .choices(["dev", "train", "test"])
    .default("dev");

const indexOption = () =>
  new Option("--index <kind>", "how memory is searched: exactly, or as in a deployment")
    .choices(["in-process", "chroma"])
    .default("in-process");

function addEval(program: Command, context: CliContext): void {
  const command = program
    .command("eval")
    .description("measure methods side by side on LaMP's tasks or PrefEval, and write a report")
    .requiredOption(
      "--data <path>",
      "a folder of LaMP sets, one set's, or a file in PrefEval's form",
    )
    .option("--out <folder>", "where the run's answers and its report are written")
    .option("--methods <names>", "only these, separated by commas", parseNames)
    .option("--sets <names>", "only these, separated by commas", parseNames)
    .option("--study <name>", "one of the studies below, instead of all methods side by side")
    .option(
      "--model <names>",
      "`offline` or `openai:<name>`, or several (default: MODEL)",
      modelsOf,
    )
    .option("--alignment-model <name>", "draws profiles and aligns (default: each model itself)")
    .addOption(splitOption())
    .addOption(indexOption())
    .option("--resume", "continue the run in the folder; what is recorded is not asked again")
    .option("--dry-run", "only estimate the model calls and tokens");
  addCounts(command, {
    "--longest": "of each set only this many users, with the longest history",
    "--users": "of these only this many, drawn with the seed",
    "--questions": "of each set at most this many, shared among its users",
    "--concurrency": "most questions, and most model calls, at a time (default: 16)",
    "--per-minute": "most model calls begun in a minute",
    "--max-calls": "most model calls of the run, resumed or not",
    "--max-tokens": "most tokens of the run, in and out",
  });
  addCounts(command, { "--seed": "for everything that is drawn at random (default: 1)" }, 0)
    .addHelpText(
      "after",
      `
Methods: prompt, icl, rag, pag, react, membank, persona-agent, persona-agent-paper; without-alignment, without-persona,
without-memory, without-action, without-validation, without-leave-one-out, without-wikipedia.
Studies: main, ablation, efficiency, batch, iterations, recalled, cold-start, distance. A study of the alignment adds its rivals by
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
    .action(action(context, async () => (await import("./eval.js")).runEval));
}

function addEvalRecall(program: Command, context: CliContext): void {
  program
    .command("eval-recall")
    .description("measure what memory finds, beside BM25 alone and vectors alone; no model call")
    .requiredOption("--data <path>", "a file in LoCoMo's format, a LaMP set, or a folder of sets")
    .option("--out <folder>", "where the report is written; without it, figures are only printed")
    .option("--sets <names>", "only these of a folder, separated by commas", parseNames)
    .addOption(splitOption())
    .addOption(indexOption())
    .addHelpText(
      "after",
      `
For LoCoMo: the share of the turns with a question's evidence among the first 4, 8, 16 and 32 recalled, and NDCG, by kind
of question. For LaMP: whether one of them has the true answer's label. EMBEDDINGS makes the vectors.
With --json the last line is {embeddings, report, results}: for each set its measure (evidence or label), its sizes, scores
for each kind of question (null for all) and search (memory, bm25, vectors), and how long memory's searches took.`,
    )
    .action(action(context, async () => (await import("./eval-recall.js")).runEvalRecall));
}

function addEvalDownload(program: Command, context: CliContext): void {
  program
    .command("eval-download")
    .description("fetch LaMP's official files for an evaluation, or --list them with their sizes")
    .option("--out <folder>", "where the sets are written, a folder each")
    .option(
      "--tasks <names>",
      "of LaMP_1, LaMP_2M, LaMP_2N, LaMP_3 (default: all four)",
      someOf(lampTasks, "--tasks"),
    )
    .option(
      "--kinds <names>",
      "of user, time: how LaMP divided people (default: user)",
      someOf(lampKinds, "--kinds"),
    )
    .option("--splits <names>", "of dev, train (default: dev)", someOf(publishedSplits, "--splits"))
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
    .action(action(context, async () => (await import("./eval-download.js")).runEvalDownload));
}

function addEvalGenerate(program: Command, context: CliContext): void {
  const command = program
    .command("eval-generate")
    .description("write a set of invented users whose preferences are known, for `eval`")
    .requiredOption("--out <folder>", "a new folder; its name is the set's")
    .addOption(
      new Option("--task <name>", "what the users are asked")
        .choices(["LaMP_2M", "LaMP_2N", "LaMP_3"])
        .default("LaMP_2M"),
    )
    .option("--noise <share>", "the share of answers, 0 to 1, drawn at random (default: 0)");
  addCounts(command, {
    "--users": "how many (default: 20)",
    "--history": "past interactions of each (default: 40)",
    "--questions": "questions to each, after these (default: 4)",
  });
  addCounts(command, { "--seed": "the same seed writes the same set (default: 1)" }, 0)
    .addHelpText(
      "after",
      `
Each user has an answer for texts with a certain word and always gives it, except for the noise. known.json says which,
and answers every question accordingly: no method can know more.
With --json one line: {set, folder, task, users, history, questions, noise, seed, best}: the expected accuracy of the known
answers.`,
    )
    .action(action(context, async () => (await import("./eval-generate.js")).runEvalGenerate));
}
