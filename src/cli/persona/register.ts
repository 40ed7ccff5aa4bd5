import type { Command } from "commander";
import { action, type CliContext } from "../cli-context.js";
import { addUrl, parseVersion, requireUser } from "../options.js";

export function addPersonaCommands(program: Command, context: CliContext): void {
  const persona = program.command("persona").description("show a user's persona");
  requireUser(addUrl(persona.command("show")), "whose persona")
    .description("show instructions, profile and learned lines, each with the user's own words")
    .action(action(context, async () => (await import("./show-persona.js")).runShowPersona));
  requireUser(addUrl(program.command("profile")), "whose profile")
    .description("show what holds of a user, what held before, and the sources of both")
    .option("--statement <text>", "a statement that does not hold, as it is shown; with --holds")
    .option("--holds <text>", "what holds in its place, in the user's own words")
    .action(action(context, async () => (await import("./profile.js")).runProfile));
  requireUser(addUrl(program.command("log")), "whose persona")
    .description("list the versions of a user's persona, oldest first, with their scores and costs")
    .action(action(context, async () => (await import("./log.js")).runLog));
  requireUser(addUrl(program.command("diff")), "whose persona")
    .description("compare two versions of a user's persona")
    .option(
      "--from <version>",
      "a version, or a checkpoint's id (default: the parent of --to)",
      parseVersion,
    )
    .option("--to <version>", "a version, or a checkpoint's id (default: the head)", parseVersion)
    .action(action(context, async () => (await import("./diff.js")).runDiff));
  requireUser(addUrl(program.command("rollback")), "whose persona")
    .description("restore an earlier version of a user's persona; nothing is lost")
    .requiredOption(
      "--to <version>",
      "a version that was in use, or a checkpoint's id",
      parseVersion,
    )
    .action(action(context, async () => (await import("./rollback.js")).runRollback));
}
