import type { AcceptanceDecision } from "./acceptance.js";

/** A candidate with what its answers so far came to. */
export interface Contender {
  readonly key: string;
  /** `null` where nothing is judged. */
  readonly decision: AcceptanceDecision | null;
  /** Whether more held-out items could decide otherwise. */
  readonly isOpen: boolean;
}

/**
 * Which candidates of one update are asked the next group of held-out items: none once the best of them is decided on.
 * After each group at most half of them go on, those that promise most (successive halving; Jamieson and Talwalkar 2016,
 * arXiv 1502.07943), so that most calls go to the one that may be taken.
 *
 * @param contenders - Those that were asked last, all of them the same items.
 * @param groups - How many groups they were asked, from 0: the batch alone tells too little to drop one by.
 */
export function stillRacing(contenders: readonly Contender[], groups: number): string[] {
  const ranked = rankContenders(contenders);
  if (ranked[0]?.isOpen !== true) return [];
  const open = ranked.filter(({ isOpen }) => isOpen);
  const most = groups === 0 ? open.length : Math.ceil(contenders.length / 2);
  return open.slice(0, most).map(({ key }) => key);
}

/** Best first: those accepted, those still open, the others; among them by what they promise. */
export function rankContenders<Each extends Contender>(contenders: readonly Each[]): Each[] {
  const rank = ({ decision, isOpen }: Contender) =>
    isOpen ? 1 : decision === null || decision.accepted ? 2 : 0;
  return contenders.toSorted((a, b) => rank(b) - rank(a) || promiseOf(b) - promiseOf(a));
}

/** In shares of the score; below every held-out one where only the batch was asked. */
function promiseOf({ decision }: Contender): number {
  if (decision === null) return 0;
  if ("expectedGain" in decision) return decision.expectedGain;
  const { holdout, batch } = decision;
  return holdout.difference ?? (batch.difference ?? 0) - 2;
}
