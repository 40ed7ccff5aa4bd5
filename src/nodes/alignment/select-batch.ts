import { Command, END, type LangGraphRunnableConfig, Send } from "@langchain/langgraph";
import { parseAlignConfig } from "../../config/parse-settings.js";
import {
  areEnough,
  fewestAnswers,
  type SplitSizes,
  type BatchHoldout,
  splitBatchHoldout,
} from "../../domain/alignment/split-batch-holdout.js";
import { parseUserId } from "../../domain/user-id.js";
import type { Memory } from "../../memory/memory.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import type { AlignmentState, AlignmentUpdate, Iteration } from "../../state/alignment-state.js";
import { budgetOf, callsOfItem, spentOn } from "./alignment-budget.js";
import { rejectedBefore } from "./rejected-updates.js";
import { simulationTasks } from "./simulation-tasks.js";
import { readWholeHistory } from "../read-history.js";

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
    const sizes = {
      batch: Math.max(1, Math.min(config.batch, affordable)),
      holdout: config.validation ? config.holdout : 0,
    };
    const selected = splitBatchHoldout(history, sizes);
    const spent =
      affordable < 1 ? "the budget does not leave the calls for a single item" : left.spent;
    const reason = spent === null ? tooFew(selected, sizes, config) : `Not begun: ${spent}.`;
    // From here on these answers are known to an alignment, also where they are too few or it fails: the next ones ask again.
    await alignments.update(userId, { seenAt: at });
    const parent = {
      key: head.id,
      version: head.version,
      lines: head.lines,
      paperSystemPrompt: head.paperSystemPrompt,
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
        return new Command({ goto: "accept-candidate", update: { ...update, outcome } });
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
      goto: simulationTasks(selected.batch, state, parent, "parent", config.samplesPerItem).map(
        (task) => new Send("simulate", task),
      ),
      update,
    });
  };
}

/** Null where there are enough. */
function tooFew(
  selected: BatchHoldout,
  sizes: SplitSizes,
  config: { readonly validation: boolean; readonly minimumItems: number },
): string | null {
  if (areEnough(selected, config)) return null;
  const { validation, minimumItems } = config;
  const wayOut = "Import more, or give feedback.";
  if (!validation) return `Not begun: the user has no true answer yet. ${wayOut}`;
  const needed = fewestAnswers(sizes, minimumItems);
  if (needed === null)
    return `Not begun: at least ${minimumItems} interactions must judge, and the setting \`holdout\` allows ${sizes.holdout}. Raise it, or lower \`minimumItems\`.`;
  const answers = selected.batch.length + selected.holdout.length;
  return `Not begun: ${needed} different interactions with a true answer are needed, ${needed - minimumItems} to learn from and ${minimumItems} to judge by, and the user has ${answers === 0 ? "none" : answers}. ${wayOut}`;
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
