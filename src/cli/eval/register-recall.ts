import { type Command, Option } from "commander";
import type { CliContext } from "../cli-context.js";
import type { EvalRecallOptions } from "./eval-recall.js";

export function addEvalRecallCommand(program: Command, context: CliContext): void {
  program
    .command("eval-recall")
    .description("measure what memory finds, beside BM25 alone and vectors alone; no model call")
    .requiredOption(
      "--data <path>",
      "a file in LoCoMo's format, a set of LaMP's, or a folder of sets",
    )
    .option("--out <folder>", "where the report is written; without it only the figures are shown")
    .option("--sets <names>", "of a folder only these sets, separated by commas")
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
    .addHelpText(
      "after",
      `
Of LoCoMo: the share of the turns that hold a question's evidence among the first 4, 8, 16 and 32 that are recalled, and
NDCG, by kind of question. Of LaMP's sets: whether one of them has the true answer's label. Vectors are made by EMBEDDINGS.
With --json the last line is {embeddings, report, results}: for each set its measure (evidence or label), its sizes, scores
for each kind of question (null for all) and search (memory, bm25, vectors), and what memory's searches took.`,
    )
    .action(async (options: EvalRecallOptions, command: Command) => {
      const { runEvalRecall } = await import("./eval-recall.js");
      await runEvalRecall(options, command, context);
    });
}
