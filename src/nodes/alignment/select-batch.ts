import { Command, type LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignConfig } from "../../config/alignment-settings.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import type { AlignmentRecord } from "../../domain/alignment/alignment-record.js";
import { tooFewItems } from "../../domain/alignment/failed-item.js";
import { itemScores } from "../../domain/alignment/simulated-answer.js";
import {
  areEnough,
  batchSize,
  firstItems,
  sizesOf,
  splitByScore,
} from "../../domain/alignment/split-batch-holdout.js";
import { mean } from "../../domain/scoring/mean.js";
import { parseUserId } from "../../domain/user-id.js";
import type { Memory } from "../../memory/memory.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import type { AlignmentState, AlignmentUpdate } from "../../state/alignment-state.js";
import { budgetOf } from "./alignment-budget.js";
import { failuresOf } from "./failed-items.js";
import {
  sendAll,
  simulationTasks,
  unansweredTasks,
  uncriticisedTasks,
} from "./simulation-tasks.js";
import { parentOf } from "./state-selectors.js";
import { takenBack, trialFound } from "./try-version.js";

export interface SelectBatchDeps {
  readonly personas: Pick<Memory["personas"], "history">;
  /** By role, as stored in the record. */
  readonly modelNamesFor: (config: AlignConfig) => AlignmentRecord["models"];
  readonly now: () => Date;
}

/**
 * Chooses the batch by what the parent answered, once in a run, and sends its answers to be criticised. Without validation
 * all items are the batch. Before it, answers are asked for that failed in an earlier call of the run. A version on trial
 * that is found to do harm is taken back, which ends the run.
 *
 * Errors: `model-unavailable` if failed calls leave too few items.
 */
export function createSelectBatch({ personas, modelNamesFor, now }: SelectBatchDeps) {
  return async function selectBatch(
    state: AlignmentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<
    Command<
      unknown,
      AlignmentUpdate,
      "simulate" | "textual-loss" | "textual-gradient" | "commit-checkpoint"
    >
  > {
    const config = parseAlignConfig(runtime);
    const userId = parseUserId(config.userId);
    const parent = parentOf(state);
    if (state.batch.length > 0) return criticise(state.batch, {});
    const first = state.holdout.slice(0, firstItems(sizesOf(config)));
    const all = simulationTasks(first, state, parent, "parent", config.samplesPerItem);
    const missing = unansweredTasks(all, state, runtime);
    if (missing.length > 0) return new Command({ goto: sendAll("simulate", missing) });
    const answered = first.flatMap((item) => {
      const score = mean(itemScores(state.answers, parent.key, item.episodeId));
      return score === null ? [] : [{ item, score }];
    });
    const failed = failuresOf(first, state);
    if (failed.length > 0 && !areEnough(answered.length, sizesOf(config), config))
      throw tooFewItems([answered.length, first.length], "items were answered", failed);
    const trial = trialFound(state, await personas.history(userId));
    if (trial !== null) {
      const { of: version, outcome } = trial;
      runtime.writer?.({ kind: "version-tried", version, outcome } satisfies AlignmentEvent);
      if (outcome === "taken-back") {
        const made = { at: now().toISOString(), models: modelNamesFor(config) };
        const proposal = takenBack(state, trial, config, made);
        // The next update would improve lines that are not in use.
        const end = { reason: proposal.reason, stop: "kept" } as const;
        const update = { trial, proposal, others: [], outcome: end };
        return new Command({ goto: "commit-checkpoint", update });
      }
    }
    const chosen = { ...chosenFrom(answered, state, config), trial };
    return criticise(chosen.batch, chosen);

    function criticise(batch: AlignmentState["batch"], update: AlignmentUpdate) {
      const chosen = { ...state, batch };
      const answers = simulationTasks(batch, chosen, parent, "parent", config.samplesPerItem);
      const tasks = uncriticisedTasks(answers, state, runtime);
      const { spent } = budgetOf(state, config, now());
      const isOver = tasks.length === 0 || spent !== null;
      const goto = isOver ? "textual-gradient" : sendAll("textual-loss", tasks);
      return new Command({ goto, update });
    }
  };
}

function chosenFrom(
  answered: Parameters<typeof splitByScore>[0],
  { holdout: items, parentId }: AlignmentState,
  config: AlignConfig,
): Pick<AlignmentState, "batch" | "holdout"> {
  if (!config.validation) return { batch: items.toReversed(), holdout: [] };
  const sizes = sizesOf(config);
  const first = items.slice(0, firstItems(sizes));
  const failed = first.filter((item) => !answered.some((each) => each.item === item));
  const later = items.slice(first.length);
  const split = splitByScore(answered, batchSize(answered.length, sizes), parentId);
  return { batch: split.batch, holdout: [...split.holdout, ...later, ...failed] };
}
