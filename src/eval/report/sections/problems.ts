import { heading, table, text, type Block } from "../blocks.js";
import type { EvalReport } from "../eval-report.js";
import { whole } from "../format.js";

/** Everything that has no score, so that nobody takes it for one. */
export function problems({ errors, missing }: EvalReport): Block[] {
  const blocks: Block[] = [heading(2, "Errors and gaps")];
  if (errors.length === 0) blocks.push(text("No question and no preparation ended in an error."));
  else
    blocks.push(
      table(
        "Errors by kind",
        ["Set", "Method", "During", "Kind", "#count", "The first of them"],
        errors.map(({ set, method, during, kind, count, example }) => [
          set,
          method,
          during,
          kind,
          { text: whole(count), mark: "worse" },
          example,
        ]),
      ),
    );
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
