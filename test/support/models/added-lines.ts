import type { PersonaUpdate } from "../../../src/prompts/learning/textual-gradient.js";

type Proposal = PersonaUpdate["proposals"][number];

/** The only proposal of an update: to add these lines, each resting on items of the batch; none without lines. */
export function proposalOf(
  lines: readonly { readonly text: string; readonly items: readonly number[] }[],
  reason = "It should help.",
): Proposal[] {
  return lines.length === 0
    ? []
    : [{ aim: "fewest-changes", reason, changes: lines.map(addedLine) }];
}

/** The change that adds a line which rests on these items. */
export function addedLine({
  text,
  items,
}: {
  readonly text: string;
  readonly items: readonly number[];
}): Proposal["changes"][number] {
  return { kind: "add", line: null, text, tool: null, items: [...items], keepsEvidence: false };
}
