import { Command, type LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignConfig } from "../../config/alignment-settings.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import type { AlignmentRecord } from "../../domain/alignment/alignment-record.js";
import { withFailedItems } from "../../domain/alignment/failed-item.js";
import { rankContenders, stillRacing } from "../../domain/alignment/race.js";
import { addUsage, noUsage, subtractUsage, type Usage } from "../../domain/usage.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import type { AlignmentState, AlignmentUpdate, Proposal } from "../../state/alignment-state.js";
import { budgetOf, callsOfJudgement, callsPerAnswer } from "./alignment-budget.js";
import { criticised, recordOf, usageUnder } from "./candidate-record.js";
import { missingItems } from "./failed-items.js";
import { groupSize, heldOutTasks, missingAnswers, nextGroup } from "./held-out-group.js";
import { type Judged, judgedOn, tooLittleOfBatch, tooLittleOfHoldout } from "./judge-candidate.js";
import { judgeTasks, sendAll } from "./simulation-tasks.js";
import { parentOf } from "./state-selectors.js";

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
      const next = nextGroup(state, config, runtime, { racing: inRace, calls });
      const left = next.group.length === 0 ? [] : state.holdout.slice(state.asked);
      const judged = inRace.map((each) => judgedOn(each, left, state, config));
      const going = stillRacing(judged, Math.ceil(state.asked / groupSize));
      const lack = judged
        .map((each) => tooLittleOfBatch(each, state))
        .find((each) => each !== null);
      if (lack !== undefined) throw lack;
      const racingOn = inRace.filter(({ key }) => going.includes(key));
      const { group, asked } = nextGroup(state, config, runtime, { racing: racingOn, calls });
      const tasks = heldOutTasks(group, racingOn, state, config, runtime);
      if (tasks.length > 0) {
        const update = { asked, racing: going };
        return new Command({ goto: sendAll("validate", tasks), update });
      }
      const lackOfItems = tooLittleOfHoldout(judged, state, config);
      if (lackOfItems !== null) throw lackOfItems;
      const isLacking =
        judged.some(({ decision }) => decision?.outcome === "too-few-items") &&
        state.holdout.length >= config.minimumItems;
      if (isLacking) outcome = unaffordable("the held-out items");
    }

    const judged = rankContenders(
      candidates.map((candidate): Judged =>
        isCompared && outcome === null
          ? judgedOn(candidate, [], state, config)
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

/** Notes a judge without a usable verdict, and items whose calls failed; each once in a run. */
function degradedWith(state: AlignmentState): string[] {
  const isNew = state.judgements.some(({ ordersAgree }) => ordersAgree === null);
  const degraded = withFailedItems(state.degraded, missingItems(state));
  return isNew && !degraded.includes("judge-failed") ? [...degraded, "judge-failed"] : degraded;
}
