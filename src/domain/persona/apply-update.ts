import { checkLine, rejectLine, tidyLine, type LineCheckContext } from "./check-line.js";
import { findInvisibleText } from "./invisible-text.js";
import { personaTokens, type PersonaLimits } from "./persona-limits.js";
import type { PersonaLine } from "./persona-checkpoint.js";
import type { LineRejection, LineRejectionKind } from "./line-rejection.js";
import { estimateTokens } from "../text/storable-text.js";

/** One change that an update proposes. Numbers count from 1, as the prompt showed them. */
export interface ProposedChange {
  readonly kind: "add" | "change" | "remove";
  /** The current line that is changed or removed; not read for `add`. */
  readonly line: number | null;
  /** The new wording; not read for `remove`. */
  readonly text: string | null;
  /** The tool that the line is about; `null` for answers. */
  readonly tool: string | null;
  /** Items of the batch that are the line's evidence. */
  readonly items: readonly number[];
  /** Of a changed line: whether it keeps its earlier evidence. */
  readonly keepsEvidence: boolean;
}

export interface Candidate {
  /** The lines to score; `null` when there is nothing to score, and the last rejection says why. */
  readonly lines: readonly PersonaLine[] | null;
  readonly rejections: readonly LineRejection[];
}

/**
 * Applies changes to a parent's lines: removals first, then changes in place, then additions at the end, each in the
 * given order. A rejected change leaves its line as it was; of too many additions the first stay. The arguments are not
 * modified.
 *
 * @param parent - Lines that already passed, in the order of their numbers.
 */
export function applyUpdate(
  parent: readonly PersonaLine[],
  changes: readonly ProposedChange[],
  context: LineCheckContext,
): Candidate {
  const rejections: LineRejection[] = [];
  const taken = new Set<number>();
  /** By place: the parent's, `null` where one was removed; then the added ones. */
  let lines: readonly (PersonaLine | null)[] = parent;

  for (const change of order.flatMap((kind) => changes.filter((each) => each.kind === kind))) {
    const result = applyOne(change, lines, parent.length, taken, context);
    if ("kind" in result) rejections.push(result);
    else lines = result;
  }

  const candidate = withoutGaps(lines);
  const fault = wholeFault(parent, candidate);
  if (fault === null) return { lines: candidate, rejections };
  return { lines: null, rejections: [...rejections, fault] };
}

/**
 * Why a persona that paper mode wrote is rejected; `null` when it is not. The paper itself takes whatever is written;
 * here only a text that cannot be a persona is rejected.
 *
 * @param parent - The text that it would replace.
 */
export function checkPaperText(
  text: string,
  parent: string,
  { maxPaperTokens }: Pick<PersonaLimits, "maxPaperTokens">,
): LineRejection | null {
  const refuse = (kind: LineRejectionKind, reason: string) => rejectLine(kind, null, reason);
  if (text.trim() === "")
    return refuse("empty", "The update wrote no persona; expected a system prompt.");
  if (text.trim() === parent.trim())
    return refuse("unchanged", "The update wrote the persona that was there already.");
  const tokens = estimateTokens(text);
  if (tokens > maxPaperTokens)
    return refuse(
      "over-budget",
      `The persona has about ${tokens} tokens; at most ${maxPaperTokens} are taken.`,
    );
  const hidden = findInvisibleText(text);
  return hidden === null ? null : refuse("hidden-text", `The persona holds ${hidden}.`);
}

const order = ["remove", "change", "add"] as const;

/** The lines after one change, or why it is rejected. Marks the line that was changed as taken. */
function applyOne(
  change: ProposedChange,
  lines: readonly (PersonaLine | null)[],
  parentLength: number,
  taken: Set<number>,
  context: LineCheckContext,
): readonly (PersonaLine | null)[] | LineRejection {
  const place = change.kind === "add" ? lines.length : (change.line ?? 0) - 1;
  const before = lines[place] ?? null;
  const text = tidyLine(change.text ?? "");
  if (change.kind !== "add") {
    const isThere = place < parentLength && before !== null && !taken.has(place);
    if (!isThere)
      return rejectLine(
        "unknown-line",
        change.kind === "remove" ? null : text,
        `Line ${change.line ?? "(no number)"} cannot be ${change.kind}d: there is no such line, or another change has taken it.`,
      );
    taken.add(place);
  }
  if (change.kind === "remove") return lines.with(place, null);

  const evidence = evidenceOf(change, before, context);
  if ("kind" in evidence) return evidence;
  const line: PersonaLine = { text, tool: change.tool, evidence };
  const others = withoutGaps(lines.filter((_, index) => index !== place));
  const fault =
    checkLine(line, others, context) ?? budgetFault(line, before, others, context.limits);
  if (fault !== null) return fault;
  return before === null ? [...lines, line] : lines.with(place, line);
}

/** Item numbers as episode ids, with those that the line had, oldest first; the latest of too many. */
function evidenceOf(
  { items, keepsEvidence, text }: ProposedChange,
  before: PersonaLine | null,
  { batch, limits }: LineCheckContext,
): string[] | LineRejection {
  const unknown = items.find((number) => batch[number - 1] === undefined);
  if (unknown !== undefined)
    return rejectLine(
      "unknown-item",
      tidyLine(text ?? ""),
      `The line cites item ${unknown}; there are items 1 to ${batch.length}.`,
    );
  const cited = items.flatMap((number) => batch[number - 1]?.episodeId ?? []);
  const kept = keepsEvidence ? (before?.evidence ?? []) : [];
  const evidence = [...new Set([...kept, ...cited])].toSorted().slice(-limits.maxEvidence);
  if (evidence.length > 0) return evidence;
  return rejectLine(
    "no-evidence",
    tidyLine(text ?? ""),
    "The line cites no item; cite the items that show it, or leave it out.",
  );
}

/** A change that makes lines shorter is accepted even where they stay above a limit that was lowered. */
function budgetFault(
  line: PersonaLine,
  before: PersonaLine | null,
  others: readonly PersonaLine[],
  { maxLines, maxTokens }: PersonaLimits,
): LineRejection | null {
  if (before === null && others.length >= maxLines)
    return rejectLine(
      "too-many-lines",
      line.text,
      `There would be ${others.length + 1} lines; at most ${maxLines} are kept. Merge or remove others first.`,
    );
  const tokens = personaTokens([...others, line]);
  const isGrowing = before === null || personaTokens([line]) > personaTokens([before]);
  if (tokens <= maxTokens || !isGrowing) return null;
  return rejectLine(
    "over-budget",
    line.text,
    `All lines together would have about ${tokens} tokens; at most ${maxTokens} are kept. Shorten, merge or remove lines.`,
  );
}

function wholeFault(
  parent: readonly PersonaLine[],
  candidate: readonly PersonaLine[],
): LineRejection | null {
  const wording = (lines: readonly PersonaLine[]) =>
    JSON.stringify(lines.map(({ text, tool }) => [text, tool]));
  if (wording(parent) === wording(candidate))
    return rejectLine(
      "unchanged",
      null,
      "Nothing is left of the update that changes what the lines say.",
    );
  if (candidate.length > 0) return null;
  return rejectLine(
    "empty",
    null,
    "The update would remove every line; that is for a person to do.",
  );
}

function withoutGaps(lines: readonly (PersonaLine | null)[]): PersonaLine[] {
  return lines.filter((line) => line !== null);
}
