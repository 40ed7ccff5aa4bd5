import type { Command } from "commander";
import type { CliContext } from "../cli-context.js";
import type { EvalDownloadOptions } from "./eval-download.js";

export function addEvalDownloadCommand(program: Command, context: CliContext): void {
  program
    .command("eval-download")
    .description("fetch LaMP's official files for an evaluation, or --list them with their sizes")
    .option("--out <folder>", "where the sets are put, a folder each")
    .option("--tasks <names>", "of LaMP_1, LaMP_2M, LaMP_2N, LaMP_3 (default: all four)")
    .option("--kinds <names>", "of user, time: how LaMP divided people (default: user)")
    .option("--splits <names>", "of dev, train (default: dev)")
    .option("--from <url>", "a copy of LaMP's download folder (default: LaMP's own)")
    .option("--list", "show the files with their sizes, and fetch nothing")
    .addHelpText(
      "after",
      `
A file gets its name when it is whole and its set can be evaluated on. A download that was cut off goes on with the same
command; what is there is not fetched again. Mind the licences: LaMP's is CC BY-NC-SA 4.0, and each data set has its own.
With --json one line: {files: [{set, file, url, bytes}], bytes} with --list, where bytes is null if it is not known, else
{sets: [{set, split, folder, state, users, questions}], seconds}.`,
    )
    .action(async (options: EvalDownloadOptions, command: Command) => {
      const { runEvalDownload } = await import("./eval-download.js");
      await runEvalDownload(options, command, context);
    });
}
