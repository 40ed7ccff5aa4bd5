import { heading, table, text, type Block } from "../rendering/blocks.js";
import type { EvalReport } from "../summary/eval-report.js";
import { whole } from "../rendering/format.js";

/** Everything without a score. */
export function problems({ errors, missing }: EvalReport): Block[] {
  const blocks: Block[] = [heading(2, "Errors and gaps")];
  if (errors.length === 0) blocks.push(text("No question and no preparation ended in an error."));
  else
    blocks.push(byKind(errors), {
      kind: "folded",
      title: "Errors by set and method",
      blocks: [
        table(
          "Errors by set and method",
          ["Set", "Method", "During", "Kind", "#count"],
          errors.map(({ set, method, during, kind, count }) => [
            set,
            method,
            during,
            kind,
            { text: whole(count), mark: "worse" },
          ]),
        ),
      ],
    });
  if (missing.length === 0) blocks.push(text("Every question was asked."));
  else
    blocks.push(
      text("Questions that were not asked, because the run stopped before:"),
      table(
        "Questions not asked",
        ["Set", "Method", "#of", "#not asked"],
        missing.map(({ set, method, expected, missing: left }) => [
          set,
          method,
          whole(expected),
          { text: whole(left), mark: "worse" },
        ]),
      ),
    );
  return blocks;
}

/** Over all sets and methods, the most frequent first. */
function byKind(errors: EvalReport["errors"]): Block {
  const kinds = new Map<string, EvalReport["errors"][number]>();
  for (const error of errors) {
    const key = JSON.stringify([error.during, error.kind]);
    const first = kinds.get(key) ?? { ...error, count: 0 };
    kinds.set(key, { ...first, count: first.count + error.count });
  }
  return table(
    "Errors by kind",
    ["Kind", "During", "#count", "The first of them"],
    [...kinds.values()]
      .toSorted((a, b) => b.count - a.count)
      .map(({ kind, during, count, example }) => [
        kind,
        during,
        { text: whole(count), mark: "worse" },
        example,
      ]),
  );
}
