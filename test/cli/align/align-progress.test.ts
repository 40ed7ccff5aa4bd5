import { expect, it } from "vitest";
import { createAlignCounter } from "../../../src/cli/align/align-progress.js";
import type { AlignmentEvent } from "../../../src/state/alignment-event.js";

const criticised = (n: number): AlignmentEvent => ({
  kind: "item-criticised",
  episodeId: `e${n}`,
});
const judged: AlignmentEvent = {
  kind: "candidate-judged",
  iteration: 1,
  accepted: false,
  reason: "Worse.",
};

it("counts no missing critiques after a judgement, when only some items are criticised again", () => {
  const count = createAlignCounter({ batch: 8 });
  const first = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => count(criticised(n)));
  expect(first.at(0)).toEqual({ part: "criticised", done: 1, total: 8 });
  expect(first.at(-1)).toEqual({ part: "criticised", done: 8, total: 8 });
  expect(count(judged)).toBeNull();
  const again = [1, 2, 3, 4].map((n) => count(criticised(n)));
  expect(again.at(-1)).toEqual({ part: "criticised", done: 4, total: 4 });
});
