import { Command, END, type LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseAlignConfig } from "../../config/parse-settings.js";
import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import { rejectedBefore } from "../../domain/alignment/rejected-updates.js";
import {
  areEnough,
  type BatchHoldout,
  citedBy,
  fewestAnswers,
  type SplitSizes,
  splitBatchHoldout,
} from "../../domain/alignment/split-batch-holdout.js";
import { parseUserId } from "../../domain/user-id.js";
import type { Memory } from "../../memory/memory.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import type { AlignmentState, AlignmentUpdate } from "../../state/alignment-state.js";
import { readWholeHistory } from "../read-history.js";
import { budgetOf, callsOfItem, spentOnDay } from "./alignment-budget.js";
import { profileOf, sendAll, simulationTasks } from "./simulation-tasks.js";
import { iterationOf, underTest } from "./state-selectors.js";

export interface SelectBatchDeps {
  readonly episodes: Pick<Memory["episodes"], "list">;
  readonly personas: Pick<Memory["personas"], "head" | "history">;
  readonly alignments: Pick<Memory["alignments"], "update">;
  readonly now: () => Date;
}

/**
 * Takes the latest interactions with a true answer as the batch, others before them as the holdout, and the head of the
 * persona log as the parent; all three stay fixed for the run. Ends the run when nothing could be judged.
 */
export function createSelectBatch({ episodes, personas, alignments, now }: SelectBatchDeps) {
  return async function selectBatch(
    state: AlignmentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<Command<unknown, AlignmentUpdate>> {
    const config = parseAlignConfig(runtime);
    const userId = parseUserId(config.userId);
    const [{ at, episodes: history }, checkpoints, head] = await Promise.all([
      readWholeHistory(userId, episodes, () => now().toISOString()),
      personas.history(userId),
      personas.head(userId),
    ]);
    const today = spentOnDay(at, checkpoints);
    const left = budgetOf({ ...state, today }, config, new Date(at));
    // Every item is answered and criticised once; then there is one update.
    const affordable = Math.floor((left.calls - 1) / callsOfItem(config));
    const sizes = {
      batch: Math.max(1, Math.min(config.batch, affordable)),
      holdout: config.validation ? config.holdout : 0,
    };
    const selected = splitBatchHoldout(history, sizes, citedBy(head.lines));
    // What was answered since the run began is the next run's.
    const isKnown = ({ episodeId }: AlignmentItem) =>
      state.simulationProfiles.length === 0 || profileOf(episodeId, state) !== undefined;
    const [batch, holdout] = [selected.batch.filter(isKnown), selected.holdout.filter(isKnown)];
    const spent =
      affordable < 1 ? "the budget does not leave the calls for a single item" : left.spent;
    const reason =
      spent === null ? tooFew({ batch, holdout }, sizes, config) : `Not started: ${spent}.`;
    // These answers now count as seen, even if they are too few or the run fails: the next request needs new ones.
    await alignments.update(userId, { seenAt: at });
    const parent = underTest(head, head.id);
    const rejected = config.showRejected ? rejectedBefore(checkpoints, head) : [];
    const isBlind = [...batch, ...holdout].some(
      ({ episodeId }) => profileOf(episodeId, state)?.profile === null,
    );
    const degraded = isBlind ? [...state.degraded, "no-simulation-profile"] : state.degraded;
    const update = {
      parent,
      parentId: head.id,
      learnedBefore: head.lines,
      batch,
      holdout,
      today,
      iteration: 1,
      rejected,
      degraded,
    };
    if (reason === null) {
      runtime.writer?.({
        kind: "alignment-started",
        version: head.version,
        batch: batch.length,
        holdout: holdout.length,
      } satisfies AlignmentEvent);
      const begun = { ...state, ...update };
      const tasks = simulationTasks(batch, begun, parent, "parent", config.samplesPerItem);
      return new Command({ goto: sendAll("simulate", tasks), update });
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

/** The reason why there are too few items; `null` if there are enough. */
function tooFew(
  selected: BatchHoldout,
  sizes: SplitSizes,
  config: { readonly validation: boolean; readonly minimumItems: number },
): string | null {
  if (areEnough(selected, config)) return null;
  const { validation, minimumItems } = config;
  const wayOut = "Import more, or give feedback.";
  if (!validation) return `Not started: the user has no true answer yet. ${wayOut}`;
  const needed = fewestAnswers(sizes, minimumItems);
  if (needed === null)
    return `Not started: validation needs at least ${minimumItems} held-out interactions, but \`holdout\` is ${sizes.holdout}. Raise it, or lower \`minimumItems\`.`;
  const answers = selected.batch.length + selected.holdout.length;
  return `Not started: ${needed} different interactions with a true answer are needed, ${needed - minimumItems} to learn from and ${minimumItems} to judge by, and the user has ${answers === 0 ? "none" : answers}. ${wayOut}`;
}
