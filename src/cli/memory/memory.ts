import type { Command } from "commander";
import type { Episode } from "../../domain/episode.js";
import { parseQuestion } from "../../domain/lamp-question.js";
import { parseMessageText } from "../../domain/text/storable-text.js";
import { parseUserId } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../errors.js";
import type { EpisodicMemory } from "../../memory/episodes/episodic-memory.js";
import { commonOptions, parseCount, printableLine, withAgent, writeJson } from "../cli-context.js";
import type { CliContext } from "../cli-context.js";

interface UserOptions {
  readonly user: string;
  readonly limit?: string;
}

const pageSize = 500;

export function addMemoryCommand(program: Command, context: CliContext): void {
  const memory = program
    .command("memory")
    .description("see and delete what is remembered of a user");
  memory
    .command("list")
    .description("the user's interactions, newest first")
    .requiredOption("--user <id>", "whose memory")
    .option("--limit <count>", "only the latest so many")
    .action((options: UserOptions, command: Command) => runList(options, command, context));
  memory
    .command("search")
    .description("the user's interactions most like a text, best first")
    .requiredOption("--user <id>", "whose memory")
    .option("--limit <count>", "at most so many", "10")
    .argument("<text...>", "what to search for")
    .action((words: string[], options: UserOptions, command: Command) =>
      runSearch(words.join(" "), options, command, context),
    );
  memory
    .command("delete")
    .description("delete one interaction, from memory and from the index")
    .requiredOption("--user <id>", "whose memory")
    .argument("<id>", "the interaction's id, as `memory list` shows it")
    .action((id: string, options: UserOptions, command: Command) =>
      runDelete(id, options, command, context),
    );
}

async function runList(options: UserOptions, command: Command, context: CliContext): Promise<void> {
  const user = parseUserId(options.user);
  const limit =
    options.limit === undefined ? Number.POSITIVE_INFINITY : parseCount(options.limit, "--limit");
  const episodes = await withAgent(context, command, ({ memory }) =>
    listNewestFirst(memory.episodes, user, limit),
  );
  if (commonOptions(command).json) writeJson(context, episodes.map(episodeJson));
  else writeEpisodes(context, user, episodes);
}

async function listNewestFirst(
  memory: Pick<EpisodicMemory, "list">,
  user: string,
  limit: number,
): Promise<Episode[]> {
  const found: Episode[] = [];
  while (found.length < limit) {
    const before = found.at(-1)?.id;
    const page = await memory.list(user, {
      limit: Math.min(pageSize, limit - found.length),
      ...(before === undefined ? {} : { before }),
    });
    if (page.length === 0) break;
    found.push(...page);
  }
  return found;
}

async function runSearch(
  text: string,
  options: UserOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const user = parseUserId(options.user);
  const query = parseMessageText(text, "The text to search for");
  const limit = parseCount(options.limit ?? "10", "--limit");
  const { recalled, degraded } = await withAgent(context, command, ({ memory }) =>
    memory.episodes.similar(user, query, limit),
  );
  if (commonOptions(command).json)
    writeJson(
      context,
      recalled.map(({ episode, score }) => ({ ...episodeJson(episode), score })),
    );
  else
    writeEpisodes(
      context,
      user,
      recalled.map(({ episode }) => episode),
    );
  if (degraded.length > 0)
    context.stderr.write(`persona-agent: searched by words only (${degraded.join(", ")}).\n`);
}

async function runDelete(
  id: string,
  options: UserOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const user = parseUserId(options.user);
  const deleted = await withAgent(context, command, ({ memory }) =>
    memory.episodes.delete(user, id),
  );
  if (!deleted)
    throw new PersonaAgentError(
      "config-episode-unknown",
      `${JSON.stringify(user)} has no interaction ${JSON.stringify(id.slice(0, 60))}; expected an id that \`memory list\` shows. Check it.`,
    );
  if (commonOptions(command).json) writeJson(context, { deleted: id });
  else context.stdout.write(`Deleted ${id}.\n`);
}

/** An episode as `memory list --json` prints it. This shape is a contract. */
export function episodeJson({ id, at, query, response, groundTruth: answer }: Episode) {
  return { id, at, query, response, answer };
}

function writeEpisodes({ stdout }: CliContext, user: string, episodes: readonly Episode[]): void {
  if (episodes.length === 0) {
    stdout.write(`Nothing of ${JSON.stringify(user)} is remembered that fits.\n`);
    return;
  }
  const width = Math.max(60, stdout.columns ?? 120);
  for (const episode of episodes) {
    const day = episode.at?.slice(0, 10) ?? "undated   ";
    const reply = episode.groundTruth ?? episode.response;
    const shownReply = reply === null ? "" : `  → ${printableLine(reply, 30)}`;
    const { subject } = parseQuestion(episode.query);
    const question = printableLine(subject, width - 40 - shownReply.length);
    stdout.write(`${episode.id}  ${day}  ${question}${shownReply}\n`);
  }
}
