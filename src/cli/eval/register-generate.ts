import { type Command, Option } from "commander";
import type { CliContext } from "../cli-context.js";
import type { EvalGenerateOptions } from "./eval-generate.js";

export function addEvalGenerateCommand(program: Command, context: CliContext): void {
  program
    .command("eval-generate")
    .description("write a set of invented users whose preferences are known, for `eval`")
    .requiredOption("--out <folder>", "a new folder; its name is the set's")
    .addOption(
      new Option("--task <name>", "what the users are asked")
        .choices(["LaMP_2M", "LaMP_2N", "LaMP_3"])
        .default("LaMP_2M"),
    )
    .option("--users <count>", "how many (default: 20)")
    .option("--history <count>", "past interactions of each (default: 40)")
    .option("--questions <count>", "questions to each, after these (default: 4)")
    .option("--noise <share>", "of the answers, 0 to 1, that are drawn at random (default: 0)")
    .option("--seed <number>", "the same seed writes the same set (default: 1)")
    .addHelpText(
      "after",
      `
Each user gives texts with a certain word a certain answer, and does so at every such text but for the noise. known.json
says which, and answers every question accordingly: no method can know more.
With --json one line: {set, folder, task, users, history, questions, noise, seed, best}: the accuracy to be expected of the
known answers.`,
    )
    .action(async (options: EvalGenerateOptions, command: Command) => {
      const { runEvalGenerate } = await import("./eval-generate.js");
      await runEvalGenerate(options, command, context);
    });
}
