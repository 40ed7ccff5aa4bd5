import type { Command } from "commander";
import { action, type CliContext } from "../cli-context.js";
import { addCounts, addUrl, collect, parseNames, requireUser } from "../options.js";
import { parseUserId } from "../../domain/user-id.js";

export function addMemoryCommands(program: Command, context: CliContext): void {
  const importing = addUrl(program.command("import"))
    .description("bring histories into memory and draw a profile of each user")
    .option(
      "--data <path>",
      "a JSONL file ({user, query, answer, at} a line), a CSV file or a LaMP folder",
    )
    .option("--archive <file>", "what `export` wrote, in place of --data")
    .hook("preAction", (command) => {
      const { data, archive } = command.opts<{ data?: string; archive?: string }>();
      if ((data === undefined) === (archive === undefined))
        command.error("error: expected one of --data <path> and --archive <file>");
    })
    .option("--users <names>", "only these users, separated by commas", parseNames)
    .option("--no-profile", "draw no profiles, and so make no model call")
    .option("--options <list>", 'the answers that the questions allow, such as "yes|no"')
    .option("--scale <range>", "the scale that the answers are numbers on, such as 1-5")
    .option("--foreign", "others wrote it: it is recalled, and is never evidence of a user")
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
    .description("list, search, show, add, correct and delete a user's interactions");
  const list = requireUser(addUrl(memory.command("list")), "whose memory")
    .description("list a user's interactions, newest first")
    .action(action(context, async () => (await import("./episodes.js")).runList));
  addCounts(list, { "--limit": "only the latest so many (default: all)" });
  const search = requireUser(addUrl(memory.command("search")), "whose memory")
    .description("list the interactions that are most like a text, best first")
    .argument("<text...>", "the text to search for")
    .action(action(context, async () => (await import("./episodes.js")).runSearch));
  addCounts(search, { "--limit": "at most so many (default: 10)" });
  requireUser(addUrl(memory.command("show")), "whose memory")
    .description("show one interaction, whole")
    .argument("<id>", "the interaction's id, as `memory list` shows it")
    .action(action(context, async () => (await import("./show-episode.js")).runShowEpisode));
  requireUser(addUrl(memory.command("delete")), "whose memory")
    .description("delete one interaction, and what was learned from it")
    .argument("<id>", "the interaction's id, as `memory list` shows it")
    .action(action(context, async () => (await import("./episodes.js")).runDelete));
  requireUser(addUrl(memory.command("add")), "whose memory")
    .description("store one interaction that happened elsewhere; no model call")
    .argument("<query...>", "what the user asked or said")
    .option("--answer <text>", "what the user really answered")
    .option("--response <text>", "what an agent answered")
    .option("--at <time>", "when it happened, ISO 8601 (default: now)")
    .option("--id <id>", "an id of your own; the same one again is the same interaction")
    .option("--foreign", "others wrote it: it is recalled, and is never evidence of the user")
    .action(action(context, async () => (await import("./episodes.js")).runAdd));
  requireUser(addUrl(memory.command("correct")), "whose memory")
    .description("say what the user really answered in one interaction")
    .argument("<id>", "the interaction's id, as `memory list` shows it")
    .requiredOption("--answer <text>", "the true answer, in place of any earlier one")
    .option("--author <name>", "who says so (default: the user)")
    .action(action(context, async () => (await import("./episodes.js")).runCorrect));
  requireUser(addUrl(program.command("feedback")), "whose interaction")
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
  requireUser(addUrl(program.command("locale")), "whose time zone and language")
    .description("show or set the time zone and the language in which a user is answered")
    .option("--time-zone <name>", "IANA name, such as Europe/Paris; empty to remove it")
    .option("--language <tag>", "language tag, such as fr or pt-BR; empty to remove it")
    .action(action(context, async () => (await import("./locale.js")).runLocale));
  addUrl(program.command("users"))
    .description("list all users who have an interaction")
    .action(action(context, async () => (await import("./user-data.js")).runUsers));
  requireUser(addUrl(program.command("export")), "whose data")
    .description("write everything that is remembered of a user, as one JSON document")
    .option("--out <file>", "write it to a file (default: the output)")
    .addHelpText(
      "after",
      "\n`import --archive <file>` takes it where the user is unknown. Threads are not part of it.",
    )
    .action(action(context, async () => (await import("./user-data.js")).runExport));
  requireUser(addUrl(program.command("erase")), "whose data")
    .description("delete everything of a user, threads included, and then look for what is left")
    .requiredOption("--yes", "needed, because nothing of it comes back")
    .action(action(context, async () => (await import("./user-data.js")).runErase));
  program
    .command("reindex")
    .description("rebuild the search index from the stored interactions")
    .option("--user <id>", "only this user's (default: everybody's)", parseUserId)
    .action(action(context, async () => (await import("./reindex.js")).runReindex));
}
