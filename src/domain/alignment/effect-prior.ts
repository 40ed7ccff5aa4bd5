import { z } from "zod";

/** What judging one candidate showed, and nothing else of it: no user, no text. Fractions are allowed. */
export const candidateCountsSchema = z
  .strictObject({
    /** Held-out items that the candidate answered better, and worse, each at least 0. */
    gained: z.number().nonnegative(),
    lost: z.number().nonnegative(),
    /** All held-out items that were asked; at least gained + lost. */
    items: z.number().nonnegative(),
  })
  .refine(({ gained, lost, items }) => gained + lost <= items * (1 + 1e-9), {
    message: "gained and lost are more than the items",
  });
export type CandidateCounts = z.output<typeof candidateCountsSchema>;

/** One kind of candidate. Shares are of the score, 0 to 1: 0.03 is 3 points. */
export interface EffectNode {
  /** What it is truly worth: its mean score less its parent's. */
  readonly effect: number;
  /** How much gets better, and how much gets worse, for nothing. */
  readonly churn: number;
}

/** The probability of each of `effectNodes`, in their order; they sum to 1. */
export type EffectPrior = readonly number[];

/** Before anything was judged: of 100 candidates, how many are worth so many points, and have so much churn. Record 23 says why. */
const startingEffects: readonly (readonly [points: number, weight: number])[] = [
  [-20, 2],
  [-10, 9],
  [-5, 15],
  [-3, 5],
  [-1, 7],
  [0, 20],
  [1, 8],
  [3, 12],
  [5, 8],
  [8, 4],
  [10, 2],
  [15, 3],
  [20, 3],
  [30, 2],
];
const startingChurns: readonly (readonly [points: number, weight: number])[] = [
  [1, 20],
  [3, 44],
  [8, 26],
  [15, 7],
  [30, 3],
];

/** The grid of all kinds of candidates that are told apart: each effect with each churn. */
export const effectNodes: readonly EffectNode[] = startingEffects.flatMap(([effect]) =>
  startingChurns.map(([churn]) => ({ effect: effect / 100, churn: churn / 100 })),
);

/** The documented prior of a deployment that has judged nothing yet. */
export const startingPrior: EffectPrior = normalised(
  startingEffects.flatMap(([, effect]) => startingChurns.map(([, churn]) => effect * churn)),
);

/** How many judged candidates the starting prior counts for. */
const startingCandidates = 4;
const mostSteps = 200;
const settled = 1e-5;

/**
 * The prior that the judged candidates of a deployment suggest: empirical Bayes. The weights of the grid are those
 * under which all counts together are most likely (the nonparametric maximum likelihood estimate of Kiefer and
 * Wolfowitz, by the EM algorithm), with the starting prior as if four more candidates had shown it (Dirichlet
 * pseudo-counts), so that few judgements change little. Candidates that were dropped early count with the items that
 * they were asked: when to stop was decided by the counts alone, so it does not change their likelihood.
 *
 * @returns The starting prior itself while nothing was judged.
 *
 * Source: Kiefer and Wolfowitz 1956, doi:10.1214/aoms/1177728066; Laird 1978, doi:10.1080/01621459.1978.10480103.
 */
export function learnPrior(
  judged: readonly CandidateCounts[],
  start: EffectPrior = startingPrior,
): EffectPrior {
  if (judged.length === 0) return start;
  const likelihoods = judged.map(likelihoodOf);
  let prior = start;
  for (let step = 0; step < mostSteps; step++) {
    const sums = start.map((weight) => weight * startingCandidates);
    for (const likelihood of likelihoods) {
      // Plain loops: hundreds of candidates take hundreds of steps.
      let total = 0;
      for (let node = 0; node < prior.length; node++)
        total += (prior[node] ?? 0) * (likelihood[node] ?? 0);
      for (let node = 0; node < prior.length; node++)
        sums[node] = (sums[node] ?? 0) + ((prior[node] ?? 0) * (likelihood[node] ?? 0)) / total;
    }
    const next = normalised(sums);
    const change = next.reduce((most, weight, node) => {
      const before = prior[node] ?? 0;
      return Math.max(most, Math.abs(weight - before));
    }, 0);
    prior = next;
    if (change < settled) break;
  }
  return prior;
}

/** The probability of each node once these counts were seen; the prior itself where they hold nothing. */
export function posteriorOf(counts: CandidateCounts, prior: EffectPrior): EffectPrior {
  return weighed(prior, likelihoodOf(counts));
}

/** A candidate that takes more than 2 points of the score does real harm. */
const realHarm = 0.02;

/** What a distribution of candidates says of their effects, all in shares of the score. */
export interface EffectSummary {
  /** The probability of each effect, from the worst to the best. */
  readonly effects: readonly { readonly effect: number; readonly probability: number }[];
  readonly expectedGain: number;
  /** From the 5 % to the 95 % quantile. */
  readonly gainInterval: [low: number, high: number];
  readonly harmProbability: number;
}

export function summariseEffects(weights: EffectPrior): EffectSummary {
  const byEffect = new Map<number, number>();
  for (const [node, { effect }] of effectNodes.entries())
    byEffect.set(effect, (byEffect.get(effect) ?? 0) + (weights[node] ?? 0));
  let [below, low, high, expectedGain, harmProbability] = [0, 0, 0, 0, 0];
  for (const [effect, probability] of byEffect) {
    if (below < 0.05) low = effect;
    if (below < 0.95) high = effect;
    below += probability;
    expectedGain += effect * probability;
    if (effect < -realHarm) harmProbability += probability;
  }
  const effects = [...byEffect].map(([effect, probability]) => ({ effect, probability }));
  return { effects, expectedGain, gainInterval: [low, high], harmProbability };
}

/** Of each node, up to a common factor: items get better, get worse or stay (a multinomial). */
function likelihoodOf({ gained, lost, items }: CandidateCounts): number[] {
  const same = Math.max(0, items - gained - lost);
  const logs = logShares.map(
    ({ better, worse, equal }) => gained * better + lost * worse + same * equal,
  );
  const most = Math.max(...logs);
  return logs.map((log) => Math.exp(log - most));
}

const logShares = effectNodes.map(({ effect, churn }) => {
  const better = churn + Math.max(effect, 0);
  const worse = churn + Math.max(-effect, 0);
  return { better: Math.log(better), worse: Math.log(worse), equal: Math.log(1 - better - worse) };
});

function weighed(prior: EffectPrior, likelihood: readonly number[]): number[] {
  return normalised(prior.map((weight, node) => weight * (likelihood[node] ?? 0)));
}

function normalised(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
