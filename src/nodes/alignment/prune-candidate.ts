import { lineContents } from "../../domain/alignment/rejected-updates.js";
import type { PersonaLine } from "../../domain/persona/persona-checkpoint.js";
import type { AlignmentState } from "../../state/alignment-state.js";
import { parentOf } from "./state-selectors.js";

/**
 * The candidate that was rejected last without the new lines that misled it, where its critiques tell them from others.
 *
 * @returns `null` where no line was named, or nothing new would be left.
 */
export function withoutMisleadingLines(
  state: AlignmentState,
): { readonly lines: readonly PersonaLine[]; readonly reason: string } | null {
  const last = state.rejected.at(-1);
  const lines = last?.lines ?? null;
  if (last?.key === null || last === undefined || lines === null) return null;
  const present = new Set(parentOf(state).lines.map((line) => lineContents([line])));
  const votes = (field: "linesThatHelped" | "linesThatMisled", number: number) =>
    state.critiques.filter(
      ({ persona, critique }) => persona === last.key && critique?.[field].includes(number),
    ).length;
  const kept = lines.filter((line, index) => {
    const isNew = !present.has(lineContents([line]));
    return !isNew || votes("linesThatMisled", index + 1) <= votes("linesThatHelped", index + 1);
  });
  const isTold = kept.length < lines.length;
  const isNew = kept.some((line) => !present.has(lineContents([line])));
  if (!isTold || !isNew) return null;
  const count = lines.length - kept.length;
  return {
    lines: kept,
    reason: `The update before without ${count === 1 ? "the line" : `the ${count} lines`} that misled.`,
  };
}
