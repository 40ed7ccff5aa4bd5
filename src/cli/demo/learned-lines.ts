import type { Episode } from "../../domain/episode.js";
import type { colorsFor } from "../output/colors.js";
import { counted } from "../output/counted.js";
import { describeLine } from "../persona/persona-changes.js";
import { wrap } from "../output/wrap.js";
import type { LaterChoice, LearnedByUser } from "./learn.js";
import { newLines } from "./learn.js";
import { cut, day, situationOf } from "./screen-text.js";

const shownEvidence = 2;

/** What a person sees of a user's alignment: its lines with what they rest on, the scores, and the later choices. */
export function learnedLines(
  { decisive, version, diff, evidence, later }: LearnedByUser,
  width: number,
  colors: ReturnType<typeof colorsFor>,
): string[] {
  const lines = newLines(diff).flatMap((line) => [
    ...hanging("+ ", describeLine(line), width, colors.green),
    ...line.evidence.slice(-shownEvidence).flatMap((id) => {
      const episode = evidence.get(id);
      if (episode === undefined) return [];
      return [colors.dim(quoted(episode, width))];
    }),
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
  const right = (of: (choice: LaterChoice) => number) =>
    later.filter((one) => of(one) === 1).length;
  const [before, after] = [right((one) => one.before.score), right((one) => one.after.score)];
  const changed = later.find((one) => one.after.score > one.before.score);
  return [
    ...(lines.length + removed.length === 0 ? ["the persona stays as it is"] : lines),
    ...removed,
    ...wrap(scores.join(" · "), width).map(colors.dim),
    ...wrap(decisive.reason, width).map(colors.dim),
    `${counted(later.length, "later choice")}: ${before} right before, ${colors.bold(`${after} right after`)}`,
    ...(changed === undefined ? [] : shownChange(changed, width, colors)),
  ];
}

function shownChange(
  { query, chosen, before, after }: LaterChoice,
  width: number,
  colors: ReturnType<typeof colorsFor>,
): string[] {
  return [
    ...hanging("  ", `“${situationOf(query)}”`, width),
    `  before ${colors.red(cut(before.text, 24))} · after ${colors.green(cut(after.text, 24))} · chosen ${chosen}`,
  ];
}

/** `  12 Sep 2026  A cold evening … → curry`, on one line. */
function quoted(
  { at, query, groundTruth }: Pick<Episode, "at" | "query" | "groundTruth">,
  width: number,
): string {
  const start = `  ${day(at)}  `;
  const outcome = ` → ${cut(groundTruth ?? "", 24)}`;
  return `${start}${cut(situationOf(query), width - start.length - outcome.length)}${outcome}`;
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
