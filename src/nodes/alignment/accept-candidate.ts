import { Command, type LangGraphRunnableConfig, Send } from "@langchain/langgraph";
import type { AlignConfig } from "../../config/alignment-settings.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import { type AcceptanceDecision, decideAcceptance } from "../../domain/alignment/acceptance.js";
import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import type { AlignmentRecord, PairedScore } from "../../domain/alignment/alignment-record.js";
import { mean } from "../../domain/scoring/mean.js";
import type { PairedScores } from "../../domain/alignment/paired-comparison.js";
import { itemScores } from "../../domain/alignment/simulated-answer.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import type {
  AlignmentState,
  AlignmentUpdate,
  SimulationTask,
} from "../../state/alignment-state.js";
import { budgetOf, callsPerAnswer, secondsBetween } from "./alignment-budget.js";
import { inBatchOrder, parentOf } from "./state-selectors.js";
import { simulationTasks } from "./simulation-tasks.js";

export interface AcceptCandidateDeps {
  /** By role, as they stand in the record. */
  readonly modelNamesFor: (config: AlignConfig) => AlignmentRecord["models"];
  readonly now: () => Date;
}

const unaffordable: NonNullable<AlignmentState["outcome"]> = {
  reason: "Not judged: the budget leaves too few model calls for the held-out items.",
  stop: "budget",
};

/** Where the run goes from here. */
export type AcceptCandidateGoto = "validate" | "review-candidate" | "commit-checkpoint";

/**
 * Judges the candidate by the acceptance rule, first on its batch, and where that does not speak against it on the
 * holdout, of which the parent's answers are asked for only once in a run. Then the checkpoint stands ready to be
 * written, its time included: a node that is run again writes the same one.
 */
export function createAcceptCandidate({ modelNamesFor, now }: AcceptCandidateDeps) {
  return async function acceptCandidate(
    state: AlignmentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<Command<unknown, AlignmentUpdate, AcceptCandidateGoto>> {
    const config = parseAlignConfig(runtime);
    const decision = state.outcome === null ? decide(state, config) : null;
    if (decision?.outcome === "too-few-items" && decision.holdout.items === 0) {
      const tasks = holdoutTasks(state, config, budgetOf(state, config, now()).calls);
      if (tasks.length > 0)
        return new Command({ goto: tasks.map((task) => new Send("validate", task)) });
    }
    const { candidate } = state;
    const isLacking =
      decision?.outcome === "too-few-items" && state.holdout.length >= config.minimumItems;
    const outcome = isLacking ? unaffordable : state.outcome;
    const parent = parentOf(state);
    const accepted = candidate !== null && outcome === null && (decision?.accepted ?? true);
    const reason = outcome?.reason ?? decision?.reason ?? candidate?.reason ?? "";
    if (candidate !== null)
      runtime.writer?.({
        kind: "candidate-judged",
        iteration: state.iteration,
        accepted,
        reason,
      } satisfies AlignmentEvent);
    const at = now().toISOString();
    return new Command({
      goto: accepted && config.review ? "review-candidate" : "commit-checkpoint",
      update: {
        outcome,
        proposal: {
          at,
          author: "alignment",
          status: accepted ? "active" : "rejected",
          lines: (candidate ?? parent).lines,
          paperSystemPrompt: (candidate ?? parent).paperSystemPrompt,
          reason,
          alignment: recordOf(state, config, { decision, at, models: modelNamesFor(config) }),
        },
      },
    });
  };
}

/** @returns Null where nothing is to be judged: no candidate, or none is validated. */
function decide(state: AlignmentState, config: AlignConfig): AcceptanceDecision | null {
  if (state.candidate === null || !config.validation) return null;
  const { minimumItems, minNetWins, significanceLevel } = config;
  const evidence = {
    batch: pairsOf(state, state.batch),
    holdout: pairsOf(state, state.holdout),
  };
  return decideAcceptance(evidence, { minimumItems, minNetWins: minNetWins, significanceLevel });
}

/** Scores of the items that both personas have answered. */
function pairsOf(state: AlignmentState, items: readonly AlignmentItem[]): PairedScores[] {
  const { answers, candidate } = state;
  return items
    .map(({ episodeId }) => ({
      item: episodeId,
      parent: itemScores(answers, parentOf(state).key, episodeId),
      candidate: candidate === null ? [] : itemScores(answers, candidate.key, episodeId),
    }))
    .filter((pair) => pair.parent.length > 0 && pair.candidate.length > 0);
}

/**
 * The answers that the comparison lacks, of the latest items that the calls left will pay for; none where those are too
 * few to judge by.
 */
function holdoutTasks(state: AlignmentState, config: AlignConfig, calls: number): SimulationTask[] {
  const { candidate, holdout, answers } = state;
  if (candidate === null) return [];
  const parent = parentOf(state);
  let left = calls / callsPerAnswer(answers, config);
  const byItem = holdout.toReversed().flatMap((item) => {
    const isKnown = itemScores(answers, parent.key, item.episodeId).length > 0;
    const tasks = [
      ...simulationTasks([item], state, candidate, "candidate", config.samplesPerItem),
      ...(isKnown ? [] : simulationTasks([item], state, parent, "parent", config.samplesPerItem)),
    ];
    left -= tasks.length;
    return left < 0 ? [] : [tasks];
  });
  return byItem.length < config.minimumItems ? [] : byItem.flat();
}

function recordOf(
  state: AlignmentState,
  { mode }: AlignConfig,
  { decision, at, models }: Pick<AlignmentRecord, "decision" | "models"> & { readonly at: string },
): AlignmentRecord {
  const { runId, iteration, profile, batch, holdout, rejections, usage, iterationStart } = state;
  const before = iterationStart?.usage;
  const { key } = parentOf(state);
  return {
    mode,
    runId,
    iteration,
    profileId: profile?.id ?? null,
    scores: { batch: scored(state, batch), holdout: scored(state, holdout) },
    critiques: inBatchOrder(state, key).flatMap(({ episodeId, text }) =>
      text === null ? [] : [{ episodeId, text }],
    ),
    rejections,
    decision,
    review: null,
    models,
    usage: {
      calls: usage.calls - (before?.calls ?? 0),
      tokens: {
        in: usage.tokens.in - (before?.tokens.in ?? 0),
        out: usage.tokens.out - (before?.tokens.out ?? 0),
      },
    },
    seconds: secondsBetween(iterationStart?.at ?? at, at),
  };
}

/** Items that the parent has answered; the candidate's score is null where it has not. */
function scored(state: AlignmentState, items: readonly AlignmentItem[]): PairedScore[] {
  const { answers, candidate } = state;
  return items.flatMap(({ episodeId }) => {
    const parent = mean(itemScores(answers, parentOf(state).key, episodeId));
    if (parent === null) return [];
    return [
      {
        episodeId,
        parent,
        candidate: candidate === null ? null : mean(itemScores(answers, candidate.key, episodeId)),
      },
    ];
  });
}
