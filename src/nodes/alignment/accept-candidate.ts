import { Command, type LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignConfig } from "../../config/alignment-settings.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import { decideAcceptance } from "../../domain/alignment/acceptance.js";
import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import type { AlignmentRecord, PairedScore } from "../../domain/alignment/alignment-record.js";
import { decideByBenefit, defaultBenefitRule } from "../../domain/alignment/expected-benefit.js";
import { tooFewItems, withFailedItems } from "../../domain/alignment/failed-item.js";
import { type Contender, rankContenders, stillRacing } from "../../domain/alignment/race.js";
import { mean } from "../../domain/scoring/mean.js";
import { addUsage, noUsage, subtractUsage, type Usage } from "../../domain/usage.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import type {
  AlignmentState,
  AlignmentUpdate,
  PersonaCandidate,
  Proposal,
  SimulationTask,
} from "../../state/alignment-state.js";
import {
  budgetOf,
  callsOfJudgement,
  callsOfJudging,
  callsPerAnswer,
  secondsBetween,
} from "./alignment-budget.js";
import { failuresOf, missingItems, shortage } from "./failed-items.js";
import { judgeTasks, sendAll, simulationTasks, unansweredTasks } from "./simulation-tasks.js";
import {
  answeredItems,
  comparedItems,
  inBatchOrder,
  parentOf,
  scoredItems,
} from "./state-selectors.js";

export interface AcceptCandidateDeps {
  /** By role, as stored in the record. */
  readonly modelNamesFor: (config: AlignConfig) => AlignmentRecord["models"];
  readonly now: () => Date;
}

/** The candidates cannot be compared any more. */
const unaffordable = (what: string): NonNullable<AlignmentState["outcome"]> => ({
  reason: `Not judged: the budget leaves too few model calls for ${what}.`,
  stop: "budget",
});

/** How many held-out items are asked before it is decided whether to ask more. */
const groupSize = 8;

interface Judged extends Contender {
  readonly candidate: PersonaCandidate;
}

/**
 * Judges the candidates of an update against each other and their parent: first on the batch and then, group by group, on
 * the holdout, each time after the judge has compared the open items. Those that promise less are dropped on the way;
 * the best one is accepted if the rule says so. The parent's answers are asked for only once in a run. The proposed
 * checkpoints get their time here, so that a node that runs again writes the same ones.
 *
 * Errors: `model-unavailable` if failed calls leave too few items to compare.
 */
export function createAcceptCandidate({ modelNamesFor, now }: AcceptCandidateDeps) {
  return async function acceptCandidate(
    state: AlignmentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<
    Command<
      unknown,
      AlignmentUpdate,
      "judge" | "validate" | "review-candidate" | "commit-checkpoint"
    >
  > {
    const config = parseAlignConfig(runtime);
    const { candidates, iteration, racing } = state;
    const { calls } = budgetOf(state, config, now());
    const inRace = candidates.filter(({ key }) => racing.includes(key));
    const isCompared = state.outcome === null && config.validation;
    const missing = isCompared ? missingAnswers(inRace, state, config, runtime) : [];
    const isPaidFor = missing.length * callsPerAnswer(state.answers, config) <= calls;
    if (missing.length > 0 && isPaidFor) return new Command({ goto: sendAll("validate", missing) });
    const unjudged = config.judge ? inRace.flatMap((each) => judgeTasks(state, each, runtime)) : [];
    // Foreseen when the answers were asked for, unless those took more calls than others before.
    const isJudgeable = unjudged.length * callsOfJudgement <= calls;
    if (isCompared && unjudged.length > 0 && isJudgeable)
      return new Command({ goto: sendAll("judge", unjudged) });

    let outcome = state.outcome;
    if (isCompared && !isPaidFor) outcome = unaffordable("the missing items");
    else if (isCompared && !isJudgeable) outcome = unaffordable("the judge");
    else if (isCompared) {
      const group = nextGroup(state, config, runtime, { candidates: inRace.length, calls });
      const remaining = group.length === 0 ? 0 : state.holdout.length - state.asked;
      const judged = inRace.map((each) => judgedOn(each, remaining, state, config));
      const going = stillRacing(judged, Math.ceil(state.asked / groupSize));
      const lack = judged.map((each) => lackingOfBatch(each, state)).find((each) => each !== null);
      if (lack !== undefined) throw lack;
      const tasks = tasksOf(group, going, state, config);
      if (tasks.length > 0) {
        const update = { asked: state.asked + group.length, racing: going };
        return new Command({ goto: sendAll("validate", tasks), update });
      }
      const lackingItems = lackingOfHoldout(judged, state, config);
      if (lackingItems !== null) throw lackingItems;
      const isLacking =
        judged.some(({ decision }) => decision?.outcome === "too-few-items") &&
        state.holdout.length >= config.minimumItems;
      if (isLacking) outcome = unaffordable("the held-out items");
    }

    const judged = rankContenders(
      candidates.map((candidate): Judged =>
        isCompared && outcome === null
          ? judgedOn(candidate, 0, state, config)
          : { key: candidate.key, candidate, decision: null, isOpen: false },
      ),
    );
    const [best = null, ...others] = judged;
    const accepted = best !== null && outcome === null && (best.decision?.accepted ?? true);
    const reason = outcome?.reason ?? best?.decision?.reason ?? best?.candidate.reason ?? "";
    if (best !== null) {
      const event = { kind: "candidate-judged", iteration, accepted, reason } as const;
      runtime.writer?.(event satisfies AlignmentEvent);
    }
    const at = now().toISOString();
    const models = modelNamesFor(config);
    const spent = others.map(({ key }) => usageUnder(key, state));
    const proposalOf = (
      { candidate, decision }: Pick<Judged, "decision"> & { candidate: Judged["candidate"] | null },
      rest: Pick<Proposal, "status" | "reason">,
      usage: Usage,
    ): Proposal => {
      const { lines, paperSystemPrompt } = candidate ?? parentOf(state);
      const alignment = recordOf(state, config, {
        candidate,
        // Once an iteration is enough.
        critiques: candidate === (best?.candidate ?? null) ? criticised(state) : [],
        decision,
        at,
        models,
        usage,
      });
      return { at, author: "alignment", lines, paperSystemPrompt, ...rest, alignment };
    };
    const ofIteration = subtractUsage(state.usage, state.iterationStart?.usage ?? noUsage);
    return new Command({
      goto: accepted && config.review ? "review-candidate" : "commit-checkpoint",
      update: {
        outcome,
        degraded: degradedWith(state),
        others: others.map((each, place) =>
          proposalOf(
            each,
            { status: "rejected", reason: reasonOfOther(each, outcome) },
            spent[place] ?? noUsage,
          ),
        ),
        proposal: proposalOf(
          best ?? { candidate: null, decision: null },
          { status: accepted ? "active" : "rejected", reason },
          subtractUsage(ofIteration, spent.reduce(addUsage, noUsage)),
        ),
      },
    });
  };
}

function reasonOfOther({ decision }: Judged, outcome: AlignmentState["outcome"]): string {
  if (outcome !== null) return outcome.reason;
  const reason = decision?.reason ?? "";
  return decision?.accepted === true
    ? `Another change of this update promised more. ${reason}`
    : reason;
}

/** @param remaining - How many held-out items can still be asked. */
function judgedOn(
  candidate: PersonaCandidate,
  remaining: number,
  state: AlignmentState,
  config: AlignConfig,
): Judged {
  const evidence = {
    batch: comparedItems(state, state.batch, candidate),
    holdout: comparedItems(state, state.holdout, candidate),
  };
  const { minimumItems, changePrice } = config;
  const { key } = candidate;
  const doubt = doubtOf(state.holdout);
  if (config.acceptance === "strict") {
    const { minNetWins } = config;
    const significanceLevel = config.significanceLevel * doubt;
    const decision = decideAcceptance(evidence, { minimumItems, minNetWins, significanceLevel });
    // All held-out items are one group.
    const isOpen = decision.outcome === "too-few-items" && remaining > 0;
    return { key, candidate, decision, isOpen };
  }
  const { harmLimit, earlyHarmLimit } = defaultBenefitRule;
  const decision = decideByBenefit(
    { ...evidence, remaining, callsPerItem: isKnownNext(state) ? 1 : 2 },
    {
      rule: {
        ...defaultBenefitRule,
        minimumItems,
        changePrice: changePrice / 100,
        harmLimit: harmLimit * doubt,
        earlyHarmLimit: earlyHarmLimit * doubt,
      },
      ...(state.prior && { prior: state.prior }),
    },
  );
  return { key, candidate, decision, isOpen: decision.outcome === "undecided" };
}

/** Whether the parent has answered the held-out item that is asked next. */
function isKnownNext({ holdout, asked, ...state }: AlignmentState): boolean {
  const next = holdout.slice(asked, asked + 1);
  return answeredItems({ holdout, asked, ...state }, next).length > 0;
}

/**
 * The next held-out items that the calls pay for, for so many candidates; none if that would be too few to judge by. What
 * the parent could not answer stands last, and waits for the next iteration.
 */
function nextGroup(
  state: AlignmentState,
  config: AlignConfig,
  runtime: LangGraphRunnableConfig,
  { candidates, calls }: { readonly candidates: number; readonly calls: number },
): AlignmentItem[] {
  const { holdout, asked, answers } = state;
  const { samplesPerItem, minimumItems } = config;
  const isAtOnce = config.acceptance === "strict";
  const size = isAtOnce ? holdout.length : Math.max(groupSize, minimumItems - asked);
  const known = new Set(scoredItems(state, holdout, null).map(({ item }) => item));
  const perAnswer = samplesPerItem * callsPerAnswer(answers, config);
  const isAskable = (item: AlignmentItem) => {
    const tasks = simulationTasks([item], state, parentOf(state), "parent", samplesPerItem);
    return known.has(item.episodeId) || unansweredTasks(tasks, state, runtime).length > 0;
  };
  let left = calls;
  const next = holdout.slice(asked, asked + size).filter(isAskable);
  const group = next.filter((item) => {
    const answered = candidates + (known.has(item.episodeId) ? 0 : 1);
    left -= answered * perAnswer + candidates * callsOfJudging([item], config);
    return left >= 0;
  });
  return asked + group.length < minimumItems ? [] : group;
}

/** The answers to the group that are missing, of these candidates and of the parent. */
function tasksOf(
  group: readonly AlignmentItem[],
  keys: readonly string[],
  state: AlignmentState,
  { samplesPerItem }: AlignConfig,
): SimulationTask[] {
  if (keys.length === 0) return [];
  const known = new Set(scoredItems(state, group, null).map(({ item }) => item));
  const unknown = group.filter(({ episodeId }) => !known.has(episodeId));
  return [
    ...state.candidates
      .filter(({ key }) => keys.includes(key))
      .flatMap((each) => simulationTasks(group, state, each, "candidate", samplesPerItem)),
    ...simulationTasks(unknown, state, parentOf(state), "parent", samplesPerItem),
  ];
}

/**
 * The part of the allowed risk that applies: a quarter where most held-out answers are inferred. Nobody has looked
 * at those, and they come with every conversation, so that a persona is put to the test again and again.
 */
function doubtOf(holdout: readonly AlignmentItem[]): number {
  return holdout.filter(({ isInferred }) => isInferred).length * 2 > holdout.length ? 0.25 : 1;
}

/** Notes a judge without a usable verdict, and items whose calls failed; each once in a run. */
function degradedWith(state: AlignmentState): string[] {
  const isNew = state.judgements.some(({ ordersAgree }) => ordersAgree === null);
  const degraded = withFailedItems(state.degraded, missingItems(state));
  return isNew && !degraded.includes("judge-failed") ? [...degraded, "judge-failed"] : degraded;
}

function criticised(state: AlignmentState): AlignmentRecord["critiques"] {
  return inBatchOrder(state, parentOf(state).key).flatMap(({ episodeId, text }) =>
    text === null ? [] : [{ episodeId, text }],
  );
}

/** What a candidate's simulations have cost. */
function usageUnder(key: string, { answers }: AlignmentState): Usage {
  return answers
    .filter(({ persona }) => persona === key)
    .map(({ usage }) => usage)
    .reduce(addUsage, noUsage);
}

/** The error where failures leave fewer than half of the batch to compare. */
function lackingOfBatch({ decision }: Judged, state: AlignmentState) {
  const answered = answeredItems(state, state.batch).length;
  const compared = decision?.batch.items ?? answered;
  return shortage([compared, answered], "items were compared", failuresOf(state.batch, state));
}

/** The error where no candidate has enough held-out items, and there would be enough if none had failed. */
function lackingOfHoldout(
  judged: readonly Judged[],
  state: AlignmentState,
  { minimumItems }: AlignConfig,
) {
  const failed = failuresOf(state.holdout, state);
  const items = Math.max(0, ...judged.map(({ decision }) => decision?.holdout.items ?? 0));
  const wanted = items + new Set(failed.map(({ episodeId }) => episodeId)).size;
  const isWanted = judged.some(({ decision }) => decision?.outcome === "too-few-items");
  const isLacking = isWanted && items < minimumItems && wanted >= minimumItems;
  return isLacking ? tooFewItems([items, wanted], "held-out items were compared", failed) : null;
}

/** Answers to items asked before that failed in an earlier call of the run. */
function missingAnswers(
  candidates: readonly PersonaCandidate[],
  state: AlignmentState,
  { samplesPerItem }: AlignConfig,
  runtime: LangGraphRunnableConfig,
): SimulationTask[] {
  const { holdout, asked } = state;
  const held = holdout.slice(0, asked);
  const items = [...answeredItems(state, state.batch), ...held];
  const tasks = candidates.flatMap((each) =>
    simulationTasks(items, state, each, "candidate", samplesPerItem),
  );
  if (candidates.length > 0)
    tasks.push(...simulationTasks(held, state, parentOf(state), "parent", samplesPerItem));
  return unansweredTasks(tasks, state, runtime);
}

function recordOf(
  state: AlignmentState,
  { mode }: AlignConfig,
  {
    candidate,
    at,
    ...rest
  }: Pick<AlignmentRecord, "critiques" | "decision" | "models" | "usage"> & {
    readonly candidate: PersonaCandidate | null;
    readonly at: string;
  },
): AlignmentRecord {
  const { runId, iteration, profile, rejections, iterationStart, candidates } = state;
  const scored = (items: readonly AlignmentItem[]): PairedScore[] =>
    scoredItems(state, items, candidate).map(
      ({ item, weight, parent, candidate: own, preferred }) => ({
        episodeId: item,
        parent: mean(parent) ?? 0,
        candidate: mean(own),
        ...(weight !== 1 && { weight }),
        ...(preferred && { preferred }),
      }),
    );
  const compared = state.judgements.filter(
    (each) => each.candidate === candidate?.key && each.ordersAgree !== null,
  );
  const agreed = compared.filter(({ ordersAgree }) => ordersAgree === true).length;
  return {
    mode,
    runId,
    iteration,
    candidate: candidate === null ? 1 : candidates.indexOf(candidate) + 1,
    profileId: profile?.id ?? null,
    scores: { batch: scored(state.batch), holdout: scored(state.holdout) },
    rejections,
    review: null,
    ...(compared.length > 0 && { judge: { items: compared.length, agreed } }),
    seconds: secondsBetween(iterationStart?.at ?? at, at),
    ...rest,
  };
}
