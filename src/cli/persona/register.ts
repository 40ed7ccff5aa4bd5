import type { Command } from "commander";
import type { CliContext } from "../cli-context.js";
import type { DiffOptions } from "./diff.js";
import type { RollbackOptions } from "./rollback.js";

export function addPersonaCommands(program: Command, context: CliContext): void {
  program
    .command("log")
    .description("the versions of a user's persona, oldest first, with what each was measured by")
    .requiredOption("--user <id>", "whose persona")
    .action(async (options: { readonly user: string }, command: Command) => {
      const { runLog } = await import("./log.js");
      await runLog(options, command, context);
    });
  program
    .command("diff")
    .description("what one version of a user's persona says otherwise than another")
    .requiredOption("--user <id>", "whose persona")
    .option("--from <version>", "a version, or a checkpoint's id; the parent of --to unless given")
    .option("--to <version>", "a version, or a checkpoint's id; the head unless given")
    .action(async (options: DiffOptions, command: Command) => {
      const { runDiff } = await import("./diff.js");
      await runDiff(options, command, context);
    });
  program
    .command("rollback")
    .description("go back to an earlier version of a user's persona; nothing is lost")
    .requiredOption("--user <id>", "whose persona")
    .requiredOption("--to <version>", "a version that was in use, or a checkpoint's id")
    .action(async (options: RollbackOptions, command: Command) => {
      const { runRollback } = await import("./rollback.js");
      await runRollback(options, command, context);
    });
}
