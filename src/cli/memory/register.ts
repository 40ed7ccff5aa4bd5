import type { Command } from "commander";
import { action, type CliContext } from "../cli-context.js";
import { addCounts, collect, parseNames, requireUser } from "../options.js";
import { parseUserId } from "../../domain/user-id.js";

export function addMemoryCommands(program: Command, context: CliContext): void {
  const importing = program
    .command("import")
    .description("bring histories into memory and draw a profile of each user")
    .requiredOption(
      "--data <path>",
      "a JSONL file ({user, query, answer, at} a line), a CSV file or a LaMP folder",
    )
    .option("--users <names>", "only these users, separated by commas", parseNames)
    .option("--no-profile", "draw no profiles, and so make no model call")
    .option("--options <list>", 'the answers that the questions allow, such as "yes|no"')
    .option("--scale <range>", "the scale that the answers are numbers on, such as 1-5")
    .option("--as-user <id>", "whose interactions they are, where a line names no user")
    .option(
      "--column <field=name>",
      "of a CSV file the column that has a field, such as answer=rating; may be given again",
      collect,
    )
    .option("--question <text>", "of a CSV file each line's question, with columns in {braces}")
    .option("--dry-run", "show what would be imported and how it is scored; write nothing");
  addCounts(importing, {
    "--limit-users": "only the first so many users",
    "--profile-tokens": "most tokens (estimated) of a profile's prompt",
  })
    .addHelpText(
      "after",
      "\nThe same command completes an import that was interrupted; importing again changes nothing.",
    )
    .action(action(context, async () => (await import("./import.js")).runImport));
  const memory = program
    .command("memory")
    .description("list, search, show and delete a user's interactions");
  const list = requireUser(memory.command("list"), "whose memory")
    .description("list a user's interactions, newest first")
    .action(action(context, async () => (await import("./episodes.js")).runList));
  addCounts(list, { "--limit": "only the latest so many (default: all)" });
  const search = requireUser(memory.command("search"), "whose memory")
    .description("list the interactions that are most like a text, best first")
    .argument("<text...>", "the text to search for")
    .action(action(context, async () => (await import("./episodes.js")).runSearch));
  addCounts(search, { "--limit": "at most so many (default: 10)" });
  requireUser(memory.command("show"), "whose memory")
    .description("show one interaction, whole")
    .argument("<id>", "the interaction's id, as `memory list` shows it")
    .action(action(context, async () => (await import("./show-episode.js")).runShowEpisode));
  requireUser(memory.command("delete"), "whose memory")
    .description("delete one interaction, and what was learned from it")
    .argument("<id>", "the interaction's id, as `memory list` shows it")
    .action(action(context, async () => (await import("./episodes.js")).runDelete));
  requireUser(program.command("feedback"), "whose interaction")
    .description("say what the user really answered, or whether the agent was right")
    .option("--answer <text>", "what the user really answered")
    .option("--edit <text>", "the agent's response as it should have been")
    .option("--accept", "the agent's response was right")
    .option("--reject", "the agent's response was wrong")
    .option("--reason <text>", "why it was wrong, with --edit or --reject; later prompts show it")
    .option("--author <name>", "who gives the feedback (default: the user)")
    .argument("<episode>", "the interaction's id, as `memory list` shows it")
    .addHelpText("after", "\nTakes one of --answer, --edit, --accept and --reject.")
    .action(action(context, async () => (await import("./feedback.js")).runFeedback));
  requireUser(program.command("locale"), "whose time zone and language")
    .description("show or set the time zone and the language in which a user is answered")
    .option("--time-zone <name>", "IANA name, such as Europe/Paris; empty to remove it")
    .option("--language <tag>", "language tag, such as fr or pt-BR; empty to remove it")
    .action(action(context, async () => (await import("./locale.js")).runLocale));
  program
    .command("reindex")
    .description("rebuild the search index from the stored interactions")
    .option("--user <id>", "only this user's (default: everybody's)", parseUserId)
    .action(action(context, async () => (await import("./reindex.js")).runReindex));
}
