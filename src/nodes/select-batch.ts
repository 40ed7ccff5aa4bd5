import { Command, END, type LangGraphRunnableConfig, Send } from "@langchain/langgraph";
import { parseAlignConfig } from "../config.js";
import { selectItems } from "../domain/select-items.js";
import { parseUserId } from "../domain/user-id.js";
import type { Memory } from "../memory/memory.js";
import type { AlignmentEvent } from "../state/alignment-event.js";
import type { AlignmentState, AlignmentUpdate, Iteration } from "../state/alignment.js";
import { budgetOf, callsOfItem, spentOn } from "./alignment-budget.js";
import { rejectedBefore } from "./rejected-updates.js";
import { simulationTasks } from "./simulation-tasks.js";
import { readWholeHistory } from "./whole-history.js";

export interface SelectBatchDeps {
  readonly episodes: Pick<Memory["episodes"], "list">;
  readonly personas: Pick<Memory["personas"], "head" | "history">;
  readonly alignments: Pick<Memory["alignments"], "update">;
  readonly now: () => Date;
}

/**
 * Takes the latest interactions with a true answer as the batch, others before them as the holdout, and the head of the
 * persona log as the parent; both stay the same for the whole run. Ends the run when nothing could be judged.
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
    const today = spentOn(at.slice(0, 10), checkpoints);
    const left = budgetOf({ ...state, today }, config, new Date(at));
    // Every item is answered, and criticised once; then comes one update.
    const affordable = Math.floor((left.calls - 1) / callsOfItem(config));
    const selected = selectItems(history, {
      batch: Math.max(1, Math.min(config.batch, affordable)),
      holdout: config.validation ? config.holdout : 0,
    });
    const spent =
      affordable < 1 ? "the budget does not leave the calls for a single item" : left.spent;
    const reason = spent === null ? tooFew(selected, config) : `Not begun: ${spent}.`;
    // From here on these answers are known to an alignment, also where they are too few or it fails: the next ones ask again.
    await alignments.update(userId, { seenAt: at });
    const parent = {
      key: head.id,
      version: head.version,
      lines: head.lines,
      paperText: head.paperText,
    };
    const update: AlignmentUpdate = {
      parent,
      parentId: head.id,
      batch: selected.batch,
      holdout: selected.holdout,
      today,
      iteration: 1,
      rejected: config.showRejected ? rejectedBefore(checkpoints, head) : [],
    };
    if (reason !== null) {
      const degraded = spent === null ? state.degraded : [...state.degraded, "budget-spent"];
      // What the profile cost stands in a checkpoint, as every cost: the day's budget is reckoned by them.
      if (state.usage.calls > 0) {
        const outcome = { reason, stop: spent === null ? "kept" : "budget" } as const;
        return new Command({ goto: "judge", update: { ...update, outcome } });
      }
      const iterations = [notBegun(reason)];
      return new Command({ goto: END, update: { ...update, iterations, degraded } });
    }
    runtime.writer?.({
      kind: "alignment-started",
      version: head.version,
      batch: selected.batch.length,
      holdout: selected.holdout.length,
    } satisfies AlignmentEvent);
    return new Command({
      goto: simulationTasks(selected.batch, state, parent, "parent", config.repeats).map(
        (task) => new Send("simulate", task),
      ),
      update,
    });
  };
}

function tooFew(
  { batch, holdout }: { readonly batch: readonly unknown[]; readonly holdout: readonly unknown[] },
  { validation, minimumItems }: { readonly validation: boolean; readonly minimumItems: number },
): string | null {
  const answers = batch.length + holdout.length;
  if (batch.length === 0) return "Not begun: no interaction of the user has a true answer yet.";
  if (!validation || holdout.length >= minimumItems) return null;
  return `Not begun: ${answers} interactions with a true answer are too few to learn from some and judge by ${minimumItems} others.`;
}

function notBegun(reason: string): Iteration {
  return {
    parentScore: null,
    candidateScore: null,
    holdoutParent: null,
    holdoutCandidate: null,
    accepted: false,
    reason,
    version: null,
  };
}
