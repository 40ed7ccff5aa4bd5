import { isDeepStrictEqual } from "node:util";
import type { PreparedOutcome } from "./collect.js";
import type { ReportedPersona } from "./eval-report.js";

/** Bounds of what a report shows of other people's data. */
const mostExamples = 3;
const mostLines = 40;
const mostCharacters = 400;

/** The personas of an arm on a set before and after it was prepared; `null` where no case has one. */
export function personaChange(
  prepared: readonly PreparedOutcome[],
): Omit<ReportedPersona, "set" | "method"> | null {
  const cases = prepared.flatMap(({ case: id, persona }) =>
    persona === null ? [] : [{ case: id, ...persona }],
  );
  if (cases.length === 0) return null;
  const changed = cases.filter(({ before, after }) => !isDeepStrictEqual(before, after));
  const examples = changed
    .slice(0, mostExamples)
    .map(({ case: id, before, after }) => ({ case: id, before: cut(before), after: cut(after) }));
  const reasons = cases.flatMap(({ notAligned }) => notAligned ?? []);
  const notAligned = { cases: reasons.length, reason: reasons[0] ?? null };
  return { cases: cases.length, changed: changed.length, notAligned, examples };
}

function cut(lines: readonly string[]): string[] {
  const shown = lines
    .slice(0, mostLines)
    .map((line) => (line.length <= mostCharacters ? line : `${line.slice(0, mostCharacters)}…`));
  const left = lines.length - shown.length;
  return left === 0 ? shown : [...shown, `… and ${left} more`];
}
