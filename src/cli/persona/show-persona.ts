import type { VerbOutput } from "../../contract/verbs.js";
import { parseQuestion } from "../../domain/lamp-question.js";
import { type CommandContext, writeJson } from "../cli-context.js";
import { oneLine, wrap } from "../output/printable.js";
import { terminalOf } from "../output/terminal.js";
import { isKnown, noMemoryOf, type ServerOption, withVerbs } from "../remote/with-verbs.js";

type ShownPersona = VerbOutput<"persona">;
type Source = ShownPersona["lines"][number]["sources"][number];

/** What a turn of the user stands under, with the user's own words for each part that was learned. */
export async function runShowPersona(
  { user, url }: { readonly user: string } & ServerOption,
  context: CommandContext,
): Promise<void> {
  const { shown, known } = await withVerbs(context, { url }, async (call) => {
    const shown = await call("persona", { user });
    const known = shown.profile !== null || context.json || (await isKnown(call, user));
    return { shown, known };
  });
  if (context.json) writeJson(context, shown);
  else if (known) writePersona(context, shown);
  else context.stdout.write(`${noMemoryOf(user)}.\n`);
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
