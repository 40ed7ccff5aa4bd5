import { isDeepStrictEqual } from "node:util";
import type { PersonaChanges } from "../../app/verbs/learned.js";
import type { PersonaDiff } from "../../domain/persona/persona-diff.js";
import type { PersonaLine } from "../../domain/persona/persona-checkpoint.js";
import { counted } from "./figures.js";
import { oneLine } from "./printable.js";
import type { Colors } from "./terminal.js";

/** Of one line a person is shown so many of its interactions; `--json` has them all. */
const shownIds = 3;

/**
 * Lines for a person: `+` added, `~` changed, `-` removed, each with the number of its interactions.
 *
 * @param namesEvidence - Whether the ids of the latest ones stand below, as `memory show` takes them.
 */
export function changedLines(
  { added, changed, removed }: PersonaDiff,
  colors: Colors,
  namesEvidence = false,
): string[] {
  const evidence = (line: PersonaLine, indent: string) =>
    namesEvidence ? [colors.dim(`${indent}${idsOf(line)}`)] : [];
  return [
    ...added.flatMap((line) => [colors.green(`+ ${describeLine(line)}`), ...evidence(line, "  ")]),
    ...changed.flatMap(({ before, after }) => [
      colors.yellow(`~ ${describeLine(before)}`),
      colors.yellow(`  → ${describeLine(after, before)}`),
      ...evidence(after, "    "),
    ]),
    ...removed.map((line) => colors.red(`- ${describeLine(line)}`)),
  ];
}

/** The texts of paper mode: lines that only the later one has, then lines that only the earlier one had. */
export function changedTextLines(
  { paperText }: Pick<PersonaChanges, "paperText">,
  colors: Colors,
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

/** `text (about recall_memory; 3 interactions)`; the text only once where it stayed the same. */
export function describeLine({ text, tool, evidence }: PersonaLine, before?: PersonaLine): string {
  const words = text === before?.text ? "the same words" : text;
  const about = tool === null ? "" : `about ${tool}; `;
  return oneLine(`${words} (${about}${counted(evidence.length, "interaction")})`);
}

function idsOf({ evidence }: PersonaLine): string {
  const more = evidence.length - shownIds;
  const latest = evidence.slice(-shownIds).join(", ");
  return more > 0 ? `${latest} and ${more} before` : latest;
}

function textLines(text: string | null): string[] {
  return (text ?? "")
    .split("\n")
    .map(oneLine)
    .filter((line) => line !== "");
}
