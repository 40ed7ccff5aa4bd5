import type { VerbOutput } from "../../contract/verbs.js";
import { type CommandContext, writeJson } from "../cli-context.js";
import { minuteOf } from "../output/figures.js";
import { wrap } from "../output/printable.js";
import { terminalOf } from "../output/terminal.js";
import { type ServerOption, withVerbs } from "../remote/with-verbs.js";

/** @throws {PersonaAgentError} `config-episode-unknown` */
export async function runShowEpisode(
  { user, url }: { readonly user: string } & ServerOption,
  context: CommandContext,
  id: string,
): Promise<void> {
  const episode = await withVerbs(context, { url }, (call) => call("show", { user, id }));
  if (context.json) writeJson(context, episode);
  else writeEpisode(context, episode);
}

function writeEpisode({ stdout }: CommandContext, episode: VerbOutput<"show">): void {
  const { colors, width, write } = terminalOf(stdout);
  const { id, at, query, response, answer, feedback, threadId, source } = episode;
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
    ["answer", answer],
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
