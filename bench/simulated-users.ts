import { decideAcceptance } from "../src/domain/alignment/acceptance.js";
import {
  type CandidateCounts,
  type EffectPrior,
  learnPrior,
  startingPrior,
} from "../src/domain/alignment/effect-prior.js";
import { benefitRuleAfter, decideByBenefit } from "../src/domain/alignment/expected-benefit.js";
import { compareScores } from "../src/domain/alignment/paired-comparison.js";
import { createRandom } from "../src/system/seeded-random.js";
import { drawProposal } from "./simulated-proposals.js";

/** What candidates are worth, in points, and how likely each worth is. */
export type Mix = readonly (readonly [points: number, share: number])[];

export const mixes = {
  "a usual mix": [
    [0, 0.5],
    [3, 0.25],
    [8, 0.1],
    [20, 0.05],
    [-5, 0.1],
  ],
  "all worth +2.5": [[2.5, 1]],
  hostile: [
    [-5, 0.25],
    [5, 0.05],
    [0, 0.7],
  ],
} satisfies Record<string, Mix>;

/** Numbers of labelled items that a user may have. */
export const labelledItems = [12, 16, 24, 32, 40, 64, 96, 128];
const groupSize = 8;
/** The parent has answered so many of the labelled items before a candidate is judged. */
export const pool = 40;
const mostHeldOutBefore = 32;

interface Group {
  readonly counts: CandidateCounts;
  readonly remaining: number;
  readonly callsPerItem: 1 | 2;
}

/** A rule of acceptance: what it says of held-out items, which come all at once, or group by group. */
export interface Rule {
  readonly isByGroup: boolean;
  readonly decide: (group: Group) => "taken" | "dropped" | "ask on";
}

/** @param judged - How many candidates the prior was learned from. */
export function benefitRule(prior: EffectPrior = startingPrior, judged = 0): Rule {
  const rule = benefitRuleAfter(judged);
  return {
    isByGroup: true,
    decide: remembered(({ counts, remaining, callsPerItem }) => {
      const { accepted, outcome } = decideByBenefit(
        { batch: [], holdout: itemsOf(counts), remaining, callsPerItem },
        { prior, rule },
      );
      return accepted ? "taken" : outcome === "undecided" ? "ask on" : "dropped";
    }),
  };
}

export const strictRule: Rule = {
  isByGroup: false,
  decide: remembered(({ counts }) =>
    decideAcceptance({ batch: [], holdout: itemsOf(counts) }).accepted ? "taken" : "dropped",
  ),
};

export const anyNetWin: Rule = {
  isByGroup: false,
  decide: ({ counts }) => (counts.gained > counts.lost ? "taken" : "dropped"),
};

/** Means over candidates; three are judged one after another for each user. */
export interface Outcome {
  /** Of the gain that taking exactly the good ones would give, 0 to 1. */
  readonly realised: number;
  /** Points a candidate: what the harmful ones that were taken cost, and what all that were taken give. */
  readonly harm: number;
  readonly gain: number;
  /** Of users: whose version after three runs is more than 2 points worse than the first, 0 to 1. */
  readonly worse: number;
  readonly calls: number;
}

export function simulateUsers(
  ruleOf: (user: number) => Rule,
  { mix, churn, labelled, users }: UserKind & { readonly users: number },
): Outcome {
  const random = createRandom(20_261_129 + labelled);
  let [possible, gained, harm, worse, calls] = [0, 0, 0, 0, 0];
  for (let user = 0; user < users; user++) {
    let version = 0;
    for (let run = 0; run < 3; run++) {
      const points = draw(mix, random);
      const judged = judge({ points, churn, labelled }, ruleOf(user), random);
      calls += judged.calls;
      possible += Math.max(points, 0);
      if (!judged.isTaken) continue;
      version += points;
      gained += Math.max(points, 0);
      harm += Math.max(-points, 0);
    }
    if (version < -2) worse++;
  }
  const candidates = users * 3;
  return {
    realised: gained / possible,
    harm: harm / candidates,
    gain: (gained - harm) / candidates,
    worse: worse / users,
    calls: calls / candidates,
  };
}

/** The prior of a deployment that has judged so many candidates, of users with any number of labelled items. */
export function learnedPrior(
  { mix, churn }: Pick<UserKind, "mix" | "churn">,
  candidates: number,
  seed: number,
): EffectPrior {
  const random = createRandom(seed);
  const judged: CandidateCounts[] = [];
  let rule = benefitRule();
  while (judged.length < candidates) {
    const labelled = labelledItems[Math.floor(random() * labelledItems.length)] ?? 0;
    const { counts } = judge({ points: draw(mix, random), churn, labelled }, rule, random);
    if (counts.items === 0) continue;
    judged.push(counts);
    if (judged.length % 10 === 0) rule = benefitRule(learnPrior(judged), judged.length);
  }
  return learnPrior(judged);
}

interface UserKind {
  readonly mix: Mix;
  readonly churn: number;
  readonly labelled: number;
}

function judge(
  { points, churn, labelled }: { readonly points: number } & Omit<UserKind, "mix">,
  { isByGroup, decide }: Rule,
  random: () => number,
): { readonly isTaken: boolean; readonly counts: CandidateCounts; readonly calls: number } {
  const batch = batchOf(labelled);
  const holdout = labelled - batch;
  const effect = points / 100;
  const situation = { kind: "choice", base: 0.6, effect, churn, batch, holdout, fit: 0.5 } as const;
  const drawn = drawProposal(situation, random);
  const mostAsked = isByGroup ? holdout : Math.min(holdout, mostHeldOutBefore);
  const size = isByGroup ? groupSize : mostAsked;
  let counts = { gained: 0, lost: 0, items: 0 };
  let calls = batch + (isByGroup ? Math.min(labelled, pool) : batch);
  if ((compareScores(drawn.batch).difference ?? 0) < 0) return { isTaken: false, counts, calls };
  while (counts.items < mostAsked) {
    const group = drawn.holdout.slice(counts.items, Math.min(mostAsked, counts.items + size));
    const { wins, losses } = compareScores(group);
    const items = counts.items + group.length;
    const known = isByGroup ? pool - batch : 0;
    calls += group.length + Math.max(0, items - Math.max(counts.items, known));
    counts = { gained: counts.gained + wins, lost: counts.lost + losses, items };
    const callsPerItem = items < known ? 1 : 2;
    const said = decide({ counts, remaining: mostAsked - items, callsPerItem });
    if (said !== "ask on") return { isTaken: said === "taken", counts, calls };
  }
  return { isTaken: false, counts, calls };
}

/** The size of the batch of a user with so many labelled items. */
export function batchOf(labelled: number): number {
  return Math.min(8, Math.max(3, Math.round(labelled / 4), labelled - mostHeldOutBefore));
}

function draw(mix: Mix, random: () => number): number {
  let left = random();
  for (const [points, share] of mix) if ((left -= share) < 0) return points;
  return mix[0]?.[0] ?? 0;
}

function itemsOf({ gained, lost, items }: CandidateCounts) {
  return Array.from({ length: items }, (_, place) => ({
    item: String(place),
    parent: [place < gained ? 0 : 1],
    candidate: [place >= gained && place < gained + lost ? 0 : 1],
  }));
}

function remembered(decide: Rule["decide"]): Rule["decide"] {
  const known = new Map<string, ReturnType<Rule["decide"]>>();
  return (group) => {
    const key = JSON.stringify(group);
    const said = known.get(key) ?? decide(group);
    known.set(key, said);
    return said;
  };
}
