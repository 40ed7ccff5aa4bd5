import stringWidth from "string-width";
import type { Episode } from "../../domain/episode.js";
import { counted, calendarDay } from "../output/figures.js";
import { describeLine } from "../output/persona-changes.js";
import { printableLine, wrap } from "../output/printable.js";
import type { Colors } from "../output/terminal.js";
import { situationOf } from "./demo-user.js";
import { type LaterChoice, type LearnedByUser, newLines } from "./learn.js";

const shownEvidence = 2;

/** A user's alignment for a person: the lines with their evidence, the scores, and the later choices. */
export function learnedLines(
  { decisive, version, diff, evidence, later }: LearnedByUser,
  width: number,
  colors: Colors,
): string[] {
  const lines = newLines(diff).flatMap((line) => [
    ...hanging("+ ", describeLine(line), width, colors.green),
    ...line.evidence
      .slice(-shownEvidence)
      .flatMap((id) => evidence.get(id) ?? [])
      .map((episode) => colors.dim(quoted(episode, width))),
  ]);
  const removed = diff.removed.flatMap((line) =>
    hanging("- ", describeLine(line), width, colors.red),
  );
  const { parentScore, candidateScore, holdoutParent, holdoutCandidate, accepted } = decisive;
  const scores = [
    `the batch ${change(parentScore, candidateScore)}`,
    `earlier choices ${change(holdoutParent, holdoutCandidate)}`,
    accepted ? `taken as version ${version}` : `not taken, version ${version} stays`,
  ];
  const right = (when: "before" | "after") =>
    later.filter((choice) => choice[when].score === 1).length;
  const improved = later.find(({ before, after }) => after.score > before.score);
  return [
    ...(lines.length + removed.length === 0 ? ["the persona stays as it is"] : lines),
    ...removed,
    ...wrap(scores.join(" · "), width).map(colors.dim),
    ...wrap(decisive.reason, width).map(colors.dim),
    `${counted(later.length, "later choice")}: ${right("before")} right before, ${colors.bold(`${right("after")} right after`)}`,
    ...(improved === undefined ? [] : improvement(improved, width, colors)),
  ];
}

function improvement(
  { query, chosen, before, after }: LaterChoice,
  width: number,
  colors: Colors,
): string[] {
  return [
    ...hanging("  ", `“${situationOf(query)}”`, width),
    `  before ${colors.red(printableLine(before.text, 24))} · after ${colors.green(printableLine(after.text, 24))} · chosen ${chosen}`,
  ];
}

/** `  12 Sep 2026  A cold evening … → curry`, on one line. */
function quoted(
  { at, query, groundTruth }: Pick<Episode, "at" | "query" | "groundTruth">,
  width: number,
): string {
  const start = `  ${calendarDay(at)}  `;
  const outcome = ` → ${printableLine(groundTruth ?? "", 24)}`;
  const room = width - start.length - stringWidth(outcome);
  return `${start}${printableLine(situationOf(query), room)}${outcome}`;
}

function hanging(
  mark: string,
  text: string,
  width: number,
  style: (line: string) => string = String,
): string[] {
  return wrap(text, width - mark.length).map((line, index) =>
    style(`${index === 0 ? mark : " ".repeat(mark.length)}${line}`),
  );
}

function change(parent: number | null, candidate: number | null): string {
  return `${score(parent)} → ${score(candidate)}`;
}

function score(value: number | null): string {
  return value === null ? "not asked" : value.toFixed(2).replace(/^0/, "");
}
