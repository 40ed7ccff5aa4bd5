import { Command, END, type LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignmentRecord } from "../../domain/alignment/alignment-record.js";
import type { AlignConfig } from "../../config/alignment-settings.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import { learnPrior } from "../../domain/alignment/effect-prior.js";
import { promisingCandidate } from "../../domain/alignment/promising.js";
import { rejectedBefore } from "../../domain/alignment/rejected-updates.js";
import {
  areEnough,
  batchSize,
  firstItems,
  sizesOf,
} from "../../domain/alignment/split-batch-holdout.js";
import { countAnswers } from "../../domain/scoring/answer-kinds.js";
import { parseUserId } from "../../domain/user-id.js";
import type { Memory } from "../../memory/memory.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import type { AlignmentState, AlignmentUpdate } from "../../state/alignment-state.js";
import { readWholeHistory } from "../read-history.js";
import { tooFewAnswers } from "./enough-answers.js";
import {
  affordableItems,
  budgetOf,
  callsOfRun,
  callsOfSmallestRun,
  judgingPerItem,
  spentOnDay,
} from "./alignment-budget.js";
import { itemsOfRun } from "./items-of-run.js";
import { profileOf, sendAll, simulationTasks } from "./simulation-tasks.js";
import { iterationOf, underTest } from "./state-selectors.js";
import { trialOf } from "./try-version.js";

export interface SelectItemsDeps {
  readonly episodes: Pick<Memory["episodes"], "list" | "withdrawals">;
  readonly personas: Pick<Memory["personas"], "head" | "history">;
  readonly alignments: Pick<Memory["alignments"], "update">;
  readonly acceptance: Pick<Memory["acceptance"], "judged">;
  /** By role, as stored in the record. */
  readonly modelNamesFor: (config: AlignConfig) => AlignmentRecord["models"];
  readonly now: () => Date;
}

/**
 * Takes the latest interactions with a true answer as the items, and the head of the persona log as the parent; both stay
 * fixed for the run. The parent answers the latest items first, from which the batch is then chosen. Ends the run when
 * nothing could be judged.
 */
export function createSelectItems({
  episodes,
  personas,
  alignments,
  acceptance,
  modelNamesFor,
  now,
}: SelectItemsDeps) {
  return async function selectItems(
    state: AlignmentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<Command<unknown, AlignmentUpdate>> {
    const config = parseAlignConfig(runtime);
    const userId = parseUserId(config.userId);
    const [{ at, episodes: history }, checkpoints, head, judged, withdrawals] = await Promise.all([
      readWholeHistory(userId, episodes, () => now().toISOString()),
      personas.history(userId),
      personas.head(userId),
      acceptance.judged(),
      episodes.withdrawals(userId),
    ]);
    const today = spentOnDay(at, checkpoints);
    const left = budgetOf({ ...state, today }, config, new Date(at));
    const sizes = sizesOf(config);
    // What was answered since the run began is the next run's.
    const isKnown = ({ episodeId }: AlignmentItem) =>
      state.simulationProfiles.length === 0 || profileOf(episodeId, state) !== undefined;
    const labelled = itemsOfRun(history, head.lines, sizes).filter(isKnown);
    const perItem = { judging: judgingPerItem(labelled, config) };
    const affordable = affordableItems(labelled.length, left.calls, config, perItem);
    const lacking = `the budget leaves ${left.calls} model calls, and judging the smallest update takes about ${callsOfSmallestRun(config, perItem)}`;
    const isEnough = areEnough(labelled.length, sizes, config);
    const spent = left.spent ?? (isEnough && affordable === 0 ? lacking : null);
    const lackingAnswers = tooFewAnswers(labelled.length, config);
    const reason = spent === null ? lackingAnswers : `Not started: ${spent}.`;
    const items = labelled.slice(labelled.length - affordable);
    // Enough answers now count as seen, even if the run fails: the next request needs new ones.
    if (lackingAnswers === null) await alignments.update(userId, { seenAt: at });
    const parent = underTest(head, head.id);
    const isBlind = items.some(({ episodeId }) => profileOf(episodeId, state)?.profile === null);
    const degraded = isBlind ? [...state.degraded, "no-simulation-profile"] : state.degraded;
    const rejected = config.showRejected ? rejectedBefore(checkpoints, head) : [];
    const isRule = config.validation && config.acceptance === "expected";
    const agentModel = modelNamesFor(config).agent;
    const promising = isRule
      ? promisingCandidate(checkpoints, head, { agentModel, withdrawals })
      : null;
    // Latest first: those are answered first, and the others only where a candidate is promising.
    const holdout = items.toReversed();
    const update = {
      parent,
      parentId: head.id,
      learnedBefore: head.lines,
      batch: [],
      holdout,
      prior: [...learnPrior(judged)],
      judgedBefore: judged.length,
      today,
      iteration: 1,
      promising,
      rejected,
      degraded,
    };
    if (reason === null) {
      const first = holdout.slice(0, firstItems(sizes));
      const batch = batchSize(first.length, sizes);
      runtime.writer?.({
        kind: "alignment-started",
        version: head.version,
        batch,
        holdout: first.length - batch,
        answers: countAnswers("", items),
      } satisfies AlignmentEvent);
      const begun = { ...state, ...update };
      const { samplesPerItem } = config;
      const tasks = simulationTasks(first, begun, parent, "parent", samplesPerItem);
      const spare = left.calls - callsOfRun(items.length, config, perItem);
      const tried = trialOf(checkpoints, { history, first }, config, spare);
      if (tried !== null)
        tasks.push(
          ...simulationTasks(
            tried.items,
            begun,
            tried.onTrial.parent,
            "predecessor",
            samplesPerItem,
          ),
        );
      return new Command({
        goto: sendAll("simulate", tasks),
        update: { ...update, onTrial: tried?.onTrial ?? null },
      });
    }
    // The cost of the profile needs a checkpoint: the day's budget is computed from checkpoints.
    if (state.usage.calls > 0) {
      const outcome = { reason, stop: spent === null ? "kept" : "budget" } as const;
      return new Command({ goto: "accept-candidate", update: { ...update, outcome } });
    }
    const iterations = [iterationOf(reason, null, false)];
    const unable = spent === null ? degraded : [...degraded, "budget-spent"];
    return new Command({ goto: END, update: { ...update, iterations, degraded: unable } });
  };
}
