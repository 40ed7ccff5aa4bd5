import type { Episode } from "../../domain/episode.js";
import { PersonaAgentError } from "../../system/errors.js";
import { type CommandContext, withAgent, writeJson } from "../cli-context.js";
import { minuteOf } from "../output/figures.js";
import { wrap } from "../output/printable.js";
import { terminalOf } from "../output/terminal.js";

/** @throws {PersonaAgentError} `config-episode-unknown` */
export async function runShowEpisode(
  { user }: { readonly user: string },
  context: CommandContext,
  id: string,
): Promise<void> {
  const episode = await withAgent(context, ({ memory }) => memory.episodes.get(user, id));
  if (episode === null)
    throw new PersonaAgentError(
      "config-episode-unknown",
      `${JSON.stringify(user)} has no interaction ${JSON.stringify(id.slice(0, 60))}; expected an id that \`memory list\` shows. Check it.`,
    );
  if (context.json) writeJson(context, shownEpisodeJson(episode));
  else writeEpisode(context, episode);
}

/** An episode as `memory show --json` prints it. This shape is a contract. */
function shownEpisodeJson(episode: Episode) {
  const { id, at, query, response, groundTruth: answer, feedback, replacedResponses } = episode;
  const { source, threadId, personaVersion, toolsUsed, task } = episode;
  const texts = { id, at, query, response, answer, feedback, replacedResponses };
  return { ...texts, source, threadId, personaVersion, toolsUsed, task };
}

function writeEpisode({ stdout }: CommandContext, episode: Episode): void {
  const { colors, width, write } = terminalOf(stdout);
  const { id, at, query, response, groundTruth, feedback, threadId, source } = episode;
  const { personaVersion, toolsUsed, replacedResponses } = episode;
  const given = feedback?.inferred ? `inferred: ${feedback.kind}` : feedback?.kind;
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ["id", id],
    ["date (UTC)", at === null ? "undated" : minuteOf(at)],
    ["source", source],
    ["thread", threadId],
    ["persona", personaVersion === null ? null : `version ${personaVersion}`],
    ["tools", toolsUsed.join(", ")],
    ["question", query],
    ["response", response],
    ["answer", groundTruth],
    ["feedback", given && `${given} by ${feedback?.author ?? "nobody"}`],
    ["reason", feedback?.reason],
    ...replacedResponses.map((before) => ["before", before] as const),
  ];
  for (const [name, text] of facts) {
    if (text === null || text === undefined || text === "") continue;
    const [first = "", ...rest] = wrap(text, width - 12);
    write(`${colors.dim(name.padEnd(12))}${first}`);
    for (const line of rest) write(`${" ".repeat(12)}${line}`);
  }
}
