import stringWidth from "string-width";
import type { Episode } from "../../domain/episode.js";
import type { Forgotten } from "../../domain/forgetting/withdrawal.js";
import { parseQuestion } from "../../domain/lamp-question.js";
import { textTerms } from "../../domain/text/search-terms.js";
import { parseMessageText } from "../../domain/text/storable-text.js";
import { PersonaAgentError } from "../../system/errors.js";
import type { EpisodicMemory } from "../../memory/episodes/episodic-memory.js";
import { type CommandContext, withAgent, writeJson } from "../cli-context.js";
import { printableLine } from "../output/printable.js";
import { terminalOf } from "../output/terminal.js";

interface UserOptions {
  readonly user: string;
}

const pageSize = 500;

export async function runList(
  { user, limit = Number.POSITIVE_INFINITY }: UserOptions & { readonly limit?: number },
  context: CommandContext,
): Promise<void> {
  const episodes = await withAgent(context, ({ memory }) =>
    listNewestFirst(memory.episodes, user, limit),
  );
  if (context.json) writeJson(context, episodes.map(episodeJson));
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
      ...(before !== undefined && { before }),
    });
    if (page.length === 0) break;
    found.push(...page);
  }
  return found;
}

export async function runSearch(
  { user, limit = 10 }: UserOptions & { readonly limit?: number },
  context: CommandContext,
  words: readonly string[],
): Promise<void> {
  const query = parseMessageText(words.join(" "), "The text to search for");
  const { recalled, degraded } = await withAgent(context, ({ memory }) =>
    memory.episodes.similar(user, query, limit),
  );
  const found = recalled.map(({ episode, score }) => ({ ...episodeJson(episode), score }));
  if (context.json) writeJson(context, found);
  else {
    const episodes = recalled.map(({ episode }) => episode);
    if (episodes.length > 0 && !shareWord(query, episodes))
      context.stdout.write("No interaction has a word of this text; the nearest ones are:\n");
    writeEpisodes(context, user, episodes);
  }
  if (degraded.length > 0)
    context.stderr.write(`persona-agent: searched by words only (${degraded.join(", ")}).\n`);
}

/** Whether any of the interactions has a word of the text, in any form that search knows. */
function shareWord(text: string, episodes: readonly Episode[]): boolean {
  const wanted = new Set(textTerms(text));
  return episodes.some(({ query, response, groundTruth }) =>
    textTerms([query, response, groundTruth].join("\n")).some((term) => wanted.has(term)),
  );
}

export async function runDelete(
  { user }: UserOptions,
  context: CommandContext,
  id: string,
): Promise<void> {
  const forgotten = await withAgent(context, ({ memory }) => memory.episodes.delete(user, id));
  if (forgotten === null)
    throw new PersonaAgentError(
      "config-episode-unknown",
      `${JSON.stringify(user)} has no interaction ${JSON.stringify(id.slice(0, 60))}; expected an id that \`memory list\` shows. Check it.`,
    );
  if (context.json) writeJson(context, { deleted: id, ...forgotten });
  else context.stdout.write(`Deleted ${id}.${describeForgotten(forgotten)}\n`);
}

function describeForgotten({ statements, lines, responses, sameIn }: Forgotten): string {
  const gone = [
    ...(statements > 0 ? [counted(statements, "statement")] : []),
    ...(lines > 0 ? [counted(lines, "learned line")] : []),
    ...responses.map((id) => `the response of ${id}`),
  ];
  const left = `Interactions that may say the same, and stay: ${sameIn.join(", ")}. Delete what is to be forgotten too.`;
  return [
    ...(gone.length > 0 ? [`With it went ${gone.join(", ")}.`] : []),
    ...(sameIn.length > 0 ? [left] : []),
  ]
    .map((line) => `\n${line}`)
    .join("");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** An episode as `memory list --json` prints it. This shape is a contract. */
function episodeJson({ id, at, query, response, groundTruth: answer, feedback }: Episode) {
  const { inferred = null, kind, reason = null } = feedback ?? {};
  const rejected = kind === "reject";
  const shown = { id, at, query, response, answer, rejected, reason };
  return { ...shown, inferred: inferred && { kind, ...inferred } };
}

function writeEpisodes(
  { stdout }: CommandContext,
  user: string,
  episodes: readonly Episode[],
): void {
  const { width, write } = terminalOf(stdout);
  if (episodes.length === 0) write(`No interaction of ${JSON.stringify(user)} was found.`);
  for (const { id, at, query, groundTruth, response, feedback } of episodes) {
    const day = at?.slice(0, 10) ?? "undated   ";
    const reply = groundTruth ?? response;
    const shownReply =
      reply === null ? "" : `  → ${printableLine(reply, 30)}${feedbackNote(feedback)}`;
    const question = printableLine(
      parseQuestion(query).subject,
      width - 40 - stringWidth(shownReply),
    );
    write(`${id}  ${day}  ${question}${shownReply}`);
  }
}

/** Marks feedback that nobody gave, with the model's confidence, and a rejection or correction, with its reason. */
function feedbackNote(feedback: Episode["feedback"]): string {
  if (feedback === null) return "";
  const { kind, reason, inferred } = feedback;
  if (inferred !== null) return ` (inferred: ${kind}, ${inferred.confidence.toFixed(2)})`;
  const why = reason === null ? "" : `: ${printableLine(reason, 40)}`;
  if (kind === "reject") return ` (rejected${why})`;
  return kind === "edit" && reason !== null ? ` (corrected${why})` : "";
}
