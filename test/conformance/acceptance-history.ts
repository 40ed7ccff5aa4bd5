import { describe, expect, it } from "vitest";
import {
  learnPrior,
  startingPrior,
  summariseEffects,
} from "../../src/domain/alignment/effect-prior.js";
import type { AcceptanceHistory } from "../../src/memory/acceptance-history.js";

const gained = { gained: 5, lost: 0, items: 32, accepted: true };
const nameOf = (runId: string, iteration = 1) => ({ runId, iteration, candidate: 1 });

/** What an AcceptanceHistory must do. Call it once per implementation; all tests share its one history. */
export function describeAcceptanceHistory(
  name: string,
  create: () => AcceptanceHistory | Promise<AcceptanceHistory>,
) {
  async function emptied() {
    const history = await create();
    await history.reset();
    return history;
  }

  describe(`AcceptanceHistory: ${name}`, () => {
    it("begins with the starting prior, and comes back to it", async () => {
      const history = await emptied();
      expect(learnPrior(await history.judged())).toEqual(startingPrior);
      await history.add(gained, nameOf("r"));
      expect(summariseEffects(learnPrior(await history.judged())).expectedGain).toBeGreaterThan(
        summariseEffects(startingPrior).expectedGain,
      );
      expect(await history.reset()).toBe(1);
      expect(await history.judged()).toEqual([]);
      expect(learnPrior(await history.judged())).toEqual(startingPrior);
    });

    it("counts a candidate once, however often its node runs", async () => {
      const history = await emptied();
      await history.add(gained, nameOf("r"));
      await history.add({ ...gained, lost: 1 }, nameOf("r"));
      await history.add(gained, nameOf("r", 2));
      expect(await history.judged()).toEqual([gained, gained]);
    });

    it("counts one that was tried again by all its items, in place of the fewer before", async () => {
      const history = await emptied();
      await history.add(gained, nameOf("r"));
      const again = { ...gained, lost: 1, items: 40 };
      await history.add(again, nameOf("r"));
      await history.add(gained, nameOf("r"));
      expect(await history.judged()).toEqual([again]);
    });

    it("loses none of those that are added at the same moment, and keeps no name", async () => {
      const history = await emptied();
      const runs = Array.from({ length: 20 }, (_, run) => nameOf(`run-${run}`));
      await Promise.all(runs.map((run) => history.add({ ...gained, gained: 4.5678 }, run)));
      const judged = await history.judged();
      expect(judged).toEqual(runs.map(() => ({ ...gained, gained: 4.6 })));
    });
  });
}
