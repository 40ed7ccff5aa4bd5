import { batchOf, labelledItems, type Mix, mixes, pool } from "./simulated-users.js";

/** What a rule does to candidates of one worth, for one number of labelled items. */
interface Result {
  /** Share that is taken, 0 to 1, and calls a candidate. */
  readonly taken: number;
  readonly calls: number;
}

/** Of a rule, means over users with any number of labelled items; as `Outcome`. */
export interface Best {
  readonly realised: number;
  readonly worse: number;
  readonly calls: number;
}

/** What taking a candidate of this worth counts, and what a call of judging it costs, in any unit. */
interface Priced {
  readonly points: number;
  readonly taking: number;
  readonly call: number;
}

const groupSize = 8;
const [base, fit] = [0.6, 0.5];

/**
 * The most that any rule can realise that knows the mix and the churn, with at most so many users worse and at most so many
 * calls a candidate: the Bayes rule under Lagrange multipliers, found backwards from the last group of items (Wald 1950;
 * Ferguson 1967, chapter 7). It sees what the simulated rules see: the held-out items by group, and the batch's veto.
 *
 * @param calls - Of the rule that is to cost no more.
 */
export function bestKnowing(
  mix: Mix,
  churn: number,
  { worse, calls }: { readonly worse: number; readonly calls: number },
): Best {
  let best: Best = { realised: 0, worse: 0, calls: 0 };
  for (const callPrice of [0, 0.001, 0.002, 0.004, 0.008, 0.016, 0.03]) {
    let [low, high] = [0, 40];
    for (let step = 0; step < 12; step++) {
      const aversion = step === 0 ? 0 : (low + high) / 2;
      const priced = mix.map(([points, share]) => ({
        points,
        taking: share * (points > 0 ? points : aversion * points),
        call: share * callPrice,
      }));
      const found = outcomeOf(mix, bestRule(priced, churn));
      if (found.worse > worse) low = aversion;
      else {
        high = aversion;
        if (found.calls <= calls && found.realised > best.realised) best = found;
        if (step === 0) break;
      }
    }
  }
  return best;
}

/**
 * An upper bound on what one rule can do for all mixes at once, that is before it has judged anything: the largest share t
 * for which some rule could realise .6 t in the usual mix and .3 t where all are worth +2.5, with at most 2 % of users worse
 * in the hostile mix and so many calls a candidate on average. By weak duality any multipliers bound it; these were found
 * by linear programming.
 */
export function mostAtStart(churn: 0.03 | 0.08, calls: number): number {
  const { usual, small, hostile, call } = {
    0.03: { usual: 0.05, small: 0.95, hostile: 19.3, call: 0.0196 },
    0.08: { usual: 0.01, small: 0.99, hostile: 14.9, call: 0.0118 },
  }[churn];
  const [goalUsual, goalSmall, mostWorse] = [0.6, 0.3, 0.02];
  const weight = (mix: Mix, each: (points: number, share: number) => number) =>
    mix.map(([points, share]) => ({
      points,
      taking: each(points, share),
      call: (share * call) / 3,
    }));
  const possible = (mix: Mix) =>
    mix.reduce((sum, [points, share]) => sum + gainOf(points) * share, 0);
  // Of three candidates exactly one is harmful and taken, and neither other is both good and taken: fewer than all that are worse.
  const perHarmful = 3 * 0.85;
  const priced = [
    ...weight(
      mixes["a usual mix"],
      (points, share) =>
        (usual / goalUsual / possible(mixes["a usual mix"])) * share * gainOf(points),
    ),
    ...weight(
      mixes["all worth +2.5"],
      (points, share) =>
        (small / goalSmall / possible(mixes["all worth +2.5"])) * share * gainOf(points),
    ),
    ...weight(mixes.hostile, (points, share) => (points < -2 ? -hostile * perHarmful * share : 0)),
  ];
  const results = bestRule(priced, churn);
  const value = priced.reduce((sum, { taking, call: price }, kind) => {
    const { taken, calls: asked } = meanOf(results[kind] ?? []);
    return sum + taking * taken - price * asked;
  }, 0);
  return value + hostile * mostWorse + call * calls;
}

function gainOf(points: number): number {
  return Math.max(points, 0);
}

function meanOf(results: readonly Result[]): Result {
  const mean = (field: keyof Result) =>
    results.reduce((sum, result) => sum + result[field], 0) / results.length;
  return { taken: mean("taken"), calls: mean("calls") };
}

function outcomeOf(mix: Mix, results: readonly (readonly Result[])[]): Best {
  const possible = mix.reduce((sum, [points, share]) => sum + gainOf(points) * share, 0);
  const realised = mix.reduce(
    (sum, [points, share], kind) =>
      sum + gainOf(points) * share * meanOf(results[kind] ?? []).taken,
    0,
  );
  const calls = mix.reduce(
    (sum, [, share], kind) => sum + share * meanOf(results[kind] ?? []).calls,
    0,
  );
  const worse = labelledItems.map((_, size) => {
    const changes = mix.flatMap(([points, share], kind) => {
      const taken = results[kind]?.[size]?.taken ?? 0;
      return [
        { points, chance: share * taken },
        { points: 0, chance: share * (1 - taken) },
      ];
    });
    let chance = 0;
    for (const a of changes)
      for (const b of changes)
        for (const c of changes)
          if (a.points + b.points + c.points < -2) chance += a.chance * b.chance * c.chance;
    return chance;
  });
  return {
    realised: realised / possible,
    worse: worse.reduce((sum, each) => sum + each, 0) / worse.length,
    calls,
  };
}

/** For each kind and number of labelled items what the best rule does; kinds are told apart by their counts alone. */
function bestRule(kinds: readonly Priced[], churn: number): Result[][] {
  const shares = kinds.map(({ points }) => {
    const [better, worse] = [churn + gainOf(points) / 100, churn + gainOf(-points) / 100] as const;
    return { better, worse, logs: [better, worse, 1 - better - worse].map(Math.log) };
  });
  const bySize = labelledItems.map((labelled) => {
    const batch = batchOf(labelled);
    const passing = shares.map((share) => 1 - vetoOf(share, batch));
    const groups = groupsOf(labelled, batch);
    // What a sequence of so many items gained and lost is worth, by the group after which it is known.
    const decided: Int8Array[] = [];
    let next: Float64Array | null = null;
    for (const { from, size, cost } of groups.toReversed()) {
      const items = from + size;
      const [values, said] = [new Float64Array((items + 1) ** 2), new Int8Array((items + 1) ** 2)];
      for (let gained = 0; gained <= items; gained++)
        for (let lost = 0; gained + lost <= items; lost++) {
          const at = gained * (items + 1) + lost;
          const take = worthOf("taking", gained, lost, items, passing);
          const on: number = next?.[at] ?? -Infinity;
          said[at] = on > 0 && on > take ? 2 : take > 0 ? 1 : 0;
          values[at] = Math.max(on, take, 0);
        }
      decided.unshift(said);
      const before = new Float64Array((from + 1) ** 2);
      for (let gained = 0; gained <= from; gained++)
        for (let lost = 0; gained + lost <= from; lost++) {
          let sum = -cost * worthOf("call", gained, lost, from, passing);
          for (const { more, less, ways } of drawsOf(size))
            sum += ways * (values[(gained + more) * (items + 1) + lost + less] ?? 0);
          before[gained * (from + 1) + lost] = sum;
        }
      next = before;
    }
    return shares.map(({ better, worse }, kind): Result => {
      let reached = new Float64Array([1]);
      let [taken, asked] = [0, 0];
      for (const [place, { from, size, cost }] of groups.entries()) {
        const items = from + size;
        asked += cost * reached.reduce((sum, each) => sum + each, 0);
        const now = new Float64Array((items + 1) ** 2);
        for (const { more, less, ways } of drawsOf(size)) {
          const chance =
            ways * better ** more * worse ** less * (1 - better - worse) ** (size - more - less);
          for (let gained = 0; gained <= from; gained++)
            for (let lost = 0; gained + lost <= from; lost++) {
              const at = (gained + more) * (items + 1) + lost + less;
              now[at] = (now[at] ?? 0) + chance * (reached[gained * (from + 1) + lost] ?? 0);
            }
        }
        for (const [at, said] of (decided[place] ?? []).entries()) {
          if (said === 1) taken += now[at] ?? 0;
          if (said !== 2) now[at] = 0;
        }
        reached = now;
      }
      const passes = passing[kind] ?? 0;
      return {
        taken: taken * passes,
        calls: batch + Math.min(labelled, pool) + asked * passes,
      };
    });

    function worthOf(
      what: "taking" | "call",
      gained: number,
      lost: number,
      items: number,
      passes: readonly number[],
    ): number {
      return kinds.reduce((sum, each, kind) => {
        const [better = 0, worse = 0, same = 0] = shares[kind]?.logs ?? [];
        const likelihood = Math.exp(
          gained * better + lost * worse + (items - gained - lost) * same,
        );
        return sum + each[what] * (passes[kind] ?? 0) * likelihood;
      }, 0);
    }
  });
  return kinds.map((_, kind) => bySize.map((results) => results[kind] ?? { taken: 0, calls: 0 }));
}

/** The groups of held-out items, with the calls of each: two an item where the parent was not asked. */
function groupsOf(labelled: number, batch: number) {
  const [holdout, known] = [labelled - batch, pool - batch];
  return Array.from({ length: Math.ceil(holdout / groupSize) }, (_, place) => {
    const from = place * groupSize;
    const size = Math.min(groupSize, holdout - from);
    return { from, size, cost: size + Math.max(0, from + size - Math.max(from, known)) };
  });
}

/** The chance that it is worse on its own batch, as `drawProposal` has it. */
function vetoOf(
  { better, worse }: { readonly better: number; readonly worse: number },
  batch: number,
): number {
  const [gains, losses] = [better + (1 - base - better) * fit, worse * (1 - fit)];
  return drawsOf(batch)
    .filter(({ more, less }) => less > more)
    .reduce(
      (sum, { more, less, ways }) =>
        sum + ways * gains ** more * losses ** less * (1 - gains - losses) ** (batch - more - less),
      0,
    );
}

const knownDraws = new Map<number, { more: number; less: number; ways: number }[]>();

/** How many of so many items may get better and worse, and in how many orders. */
function drawsOf(size: number) {
  const known = knownDraws.get(size) ?? [];
  if (known.length === 0)
    for (let more = 0; more <= size; more++)
      for (let less = 0; more + less <= size; less++)
        known.push({ more, less, ways: choose(size, more) * choose(size - more, less) });
  knownDraws.set(size, known);
  return known;
}

function choose(from: number, count: number): number {
  let ways = 1;
  for (let each = 0; each < count; each++) ways = (ways * (from - each)) / (each + 1);
  return Math.round(ways);
}
