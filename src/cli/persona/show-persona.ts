import { parseQuestion } from "../../domain/lamp-question.js";
import type { PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import type { Memory } from "../../memory/memory.js";
import { type CommandContext, withAgent, writeJson } from "../cli-context.js";
import { oneLine, wrap } from "../output/printable.js";
import { terminalOf } from "../output/terminal.js";
import { isKnownUser, noMemoryOf } from "./known-user.js";
import { profileJson, type Source, sourceOf, type ShownProfile } from "./profile.js";

/** What a turn of the user stands under, with the user's own words for each part that was learned. */
export async function runShowPersona(
  { user }: { readonly user: string },
  context: CommandContext,
): Promise<void> {
  const { shown, isKnown } = await withAgent(context, async ({ memory, instructions }) => {
    const [profile, head] = await Promise.all([
      memory.profiles.current(user),
      memory.personas.head(user),
    ]);
    const shown = {
      user,
      version: head.version,
      instructions,
      profile: profile && (await profileJson(profile, user, memory.episodes)),
      lines: await linesWithSources(user, head, memory.episodes),
      paperText: head.paperSystemPrompt,
    };
    return { shown, isKnown: profile !== null || (await isKnownUser(user, memory)) };
  });
  if (context.json) writeJson(context, shown);
  else if (isKnown) writePersona(context, shown);
  else context.stdout.write(`${noMemoryOf(user)}.\n`);
}

async function linesWithSources(
  user: string,
  { lines }: Pick<PersonaCheckpoint, "lines">,
  episodes: Pick<Memory["episodes"], "get">,
) {
  return Promise.all(
    lines.map(async ({ text, tool, evidence }) => {
      const found = await Promise.all(evidence.map((id) => episodes.get(user, id)));
      const sources = found.flatMap((episode) => (episode === null ? [] : [sourceOf(episode)]));
      return { text, tool, sources };
    }),
  );
}

/** A persona as `persona show --json` prints it. This shape is a contract. */
interface ShownPersona {
  readonly version: number;
  readonly instructions: string;
  readonly profile: ShownProfile | null;
  readonly lines: Awaited<ReturnType<typeof linesWithSources>>;
  readonly paperText: string | null;
}

function writePersona(
  { stdout }: CommandContext,
  { version, instructions, profile, lines, paperText }: ShownPersona,
): void {
  const { colors, width, write } = terminalOf(stdout);
  const indented = (text: string, indent: string) => {
    for (const line of wrap(text, width - indent.length)) write(`${indent}${line}`);
  };
  const part = (text: string, sources: readonly Source[]) => {
    indented(`- ${oneLine(text)}`, "  ");
    for (const { id, at, query, answer } of sources) {
      write(colors.dim(`      ${id}  ${at?.slice(0, 10) ?? "undated"}`));
      indented(oneLine(parseQuestion(query).subject), "      ");
      if (answer !== null) indented(`→ ${oneLine(answer)}`, "      ");
    }
  };
  write(colors.dim(instructions === "" ? "no instructions" : "instructions"));
  if (instructions !== "") indented(instructions, "  ");
  write(colors.dim(profile === null ? "no profile yet" : `profile, version ${profile.version}`));
  for (const { text, sources } of profile?.statements ?? []) part(text, sources);
  write(colors.dim(lines.length === 0 ? "no learned line" : `learned lines, version ${version}`));
  for (const { text, tool, sources } of lines)
    part(tool === null ? text : `${text} (about ${tool})`, sources);
  if (paperText === null) return;
  write(colors.dim("the text of paper mode, in place of profile and lines there"));
  indented(paperText, "  ");
}
