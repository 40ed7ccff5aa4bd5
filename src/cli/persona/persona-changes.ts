import { isDeepStrictEqual } from "node:util";
import { diffPersona, type PersonaDiff } from "../../domain/persona/persona-diff.js";
import type { PersonaCheckpoint, PersonaLine } from "../../domain/persona/persona-checkpoint.js";
import type { colorsFor } from "../output/colors.js";
import { oneLine } from "../cli-context.js";
import { counted } from "../output/counted.js";

/** What a version says otherwise than another. `paperText` only where one of them has one. */
export interface PersonaChanges extends PersonaDiff {
  readonly paperText?: { readonly before: string | null; readonly after: string | null };
}

type Content = Pick<PersonaCheckpoint, "lines" | "paperSystemPrompt">;

export function personaChanges(before: Content, after: Content): PersonaChanges {
  const texts = { before: before.paperSystemPrompt, after: after.paperSystemPrompt };
  const hasText = texts.before !== null || texts.after !== null;
  return { ...diffPersona(before.lines, after.lines), ...(hasText && { paperText: texts }) };
}

/** Lines of text for a person: `+` added, `~` changed, `-` removed, each with what it rests on. */
export function changedLines(
  { added, changed, removed }: PersonaDiff,
  colors: ReturnType<typeof colorsFor>,
): string[] {
  return [
    ...added.map((line) => colors.green(`+ ${describeLine(line)}`)),
    ...changed.flatMap(({ before, after }) => [
      colors.yellow(`~ ${describeLine(before)}`),
      colors.yellow(`  → ${describeLine(after, before)}`),
    ]),
    ...removed.map((line) => colors.red(`- ${describeLine(line)}`)),
  ];
}

/**
 * The texts of paper mode, line by line: what only the later one has, and what only the earlier one had. One line says so
 * where they differ in nothing but the order or the number of their lines.
 */
export function changedTextLines(
  { paperText }: PersonaChanges,
  colors: ReturnType<typeof colorsFor>,
): string[] {
  const before = textLines(paperText?.before ?? null);
  const after = textLines(paperText?.after ?? null);
  const changes = [
    ...after.filter((line) => !before.includes(line)).map((line) => colors.green(`+ ${line}`)),
    ...before.filter((line) => !after.includes(line)).map((line) => colors.red(`- ${line}`)),
  ];
  if (changes.length > 0 || isDeepStrictEqual(before, after)) return changes;
  return [colors.yellow("~ the same lines, in another order or number")];
}

/** Lines as commands print them with `--json`. This shape is a contract. */
export function linesJson(lines: readonly PersonaLine[]) {
  return lines.map(({ text, evidence }) => ({ text, evidence }));
}

/** `text (about recall_memory; 3 interactions)`; the text only once where it stayed the same. */
export function describeLine({ text, tool, evidence }: PersonaLine, before?: PersonaLine): string {
  const said = text === before?.text ? "the same words" : text;
  const about = tool === null ? "" : `about ${tool}; `;
  return oneLine(`${said} (${about}${counted(evidence.length, "interaction")})`);
}

function textLines(text: string | null): string[] {
  return (text ?? "")
    .split("\n")
    .map(oneLine)
    .filter((line) => line !== "");
}
