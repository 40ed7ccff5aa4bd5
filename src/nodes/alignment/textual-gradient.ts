import { Command, type LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignConfig } from "../../config/alignment-settings.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import { noUsage } from "../../domain/usage.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import type {
  AlignmentState,
  AlignmentUpdate,
  PersonaCandidate,
} from "../../state/alignment-state.js";
import type { PersonaAgentError } from "../../system/errors.js";
import { budgetOf, callsOfJudging, callsPerAnswer, judgingPerItem } from "./alignment-budget.js";
import { failuresOf, shortage } from "./failed-items.js";
import { noUpdate } from "./paper-update.js";
import { type ProposeUpdateDeps, proposeUpdate } from "./propose-update.js";
import {
  sendAll,
  simulationTasks,
  unansweredTasks,
  uncriticisedTasks,
} from "./simulation-tasks.js";
import { answeredItems, inBatchOrder, parentOf } from "./state-selectors.js";

export interface TextualGradientDeps extends ProposeUpdateDeps {
  readonly now: () => Date;
}

/**
 * The textual gradient: one update of the persona for the whole batch, in one model call. It proposes a few changes that
 * differ on purpose. What passes the checks are the candidates, whose answers to the batch are asked for next; with them
 * the last candidate without a line that misled it, and one that an earlier run rejected on thin evidence. Nothing is scored if the model keeps the lines, or nothing passes.
 * Before it, answers and critiques are asked for that failed in an earlier iteration or call.
 *
 * Errors: `model-unavailable` if fewer than half of the batch could be answered or criticised, or the update fails.
 */
export function createTextualGradient(deps: TextualGradientDeps) {
  return async function textualGradient(
    state: AlignmentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<
    Command<unknown, AlignmentUpdate, "simulate" | "textual-loss" | "validate" | "accept-candidate">
  > {
    const config = parseAlignConfig(runtime);
    const { runId, iteration, answers } = state;
    const before = budgetOf(state, config, deps.now());
    const missing = missingFromBatch(state, config, runtime);
    const isPaidFor = before.spent === null && missing.calls + 1 <= before.calls;
    if (missing.tasks.length > 0 && isPaidFor) return new Command({ goto: missing.tasks });
    const lack = tooLittleToLearnFrom(state);
    // Where a budget ends the run, the next call would not ask either.
    if (lack !== null && missing.tasks.length === 0 && before.spent === null) throw lack;
    const spent =
      before.spent ?? (lack === null ? null : "the budget does not pay for missing items");
    const proposed =
      spent === null
        ? await proposeUpdate(state, config, runtime, deps)
        : noUpdate(`Ended before an update: ${spent}.`, "budget", noUsage);
    const candidates = proposed.candidates.map((candidate, place): PersonaCandidate => ({
      ...candidate,
      key: `${runId}-${iteration}-${place + 1}`,
      version: parentOf(state).version + 1,
    }));
    const isKept = proposed.outcome !== null && proposed.outcome.stop !== null;
    const decision = candidates.length > 0 ? "change" : isKept ? "keep" : "refused";
    const found = candidates.length;
    const event = { kind: "update-proposed", iteration, decision, candidates: found } as const;
    runtime.writer?.(event satisfies AlignmentEvent);
    const update = {
      ...proposed,
      candidates,
      racing: candidates.map(({ key }) => key),
      asked: 0,
      others: [],
      proposal: null,
    };
    if (candidates.length === 0 || !config.validation)
      return new Command({ goto: "accept-candidate", update });
    const batch = answeredItems(state, state.batch);
    const { samplesPerItem, minimumItems } = config;
    const perItem = samplesPerItem * callsPerAnswer(answers, config);
    const needed = batch.length * perItem + callsOfJudging(batch, config);
    // One of them is asked held-out items, too.
    const heldOut = minimumItems * (perItem + judgingPerItem(state.holdout, config));
    const left = before.calls - proposed.usage.calls - heldOut;
    const asked = candidates.slice(0, Math.max(0, Math.floor(left / needed)));
    if (asked.length === 0) {
      const reason = "Not judged: the budget leaves too few model calls.";
      const outcome = { reason, stop: "budget" } as const;
      return new Command({ goto: "accept-candidate", update: { ...update, outcome } });
    }
    const tasks = asked.flatMap((candidate) =>
      simulationTasks(batch, state, candidate, "candidate", samplesPerItem),
    );
    const racing = asked.map(({ key }) => key);
    return new Command({
      goto: sendAll("validate", tasks),
      update: { ...update, candidates: asked, racing },
    });
  };
}

/** Answers and critiques of the batch that are to be asked for, the answers first, and the calls that this may take. */
function missingFromBatch(
  state: AlignmentState,
  config: AlignConfig,
  runtime: LangGraphRunnableConfig,
) {
  const { batch, answers } = state;
  const parent = parentOf(state);
  const all = simulationTasks(batch, state, parent, "parent", config.samplesPerItem);
  const unanswered = unansweredTasks(all, state, runtime);
  if (unanswered.length > 0) {
    const calls = unanswered.length * (callsPerAnswer(answers, config) + 1);
    return { tasks: sendAll("simulate", unanswered), calls };
  }
  const uncriticised = uncriticisedTasks(all, state, runtime);
  return { tasks: sendAll("textual-loss", uncriticised), calls: uncriticised.length };
}

/** The error where failures leave too little of the batch to learn from: less than half of its answers or critiques. */
function tooLittleToLearnFrom(state: AlignmentState): PersonaAgentError | null {
  const { key } = parentOf(state);
  const answered = answeredItems(state, state.batch);
  const missing = failuresOf(state.batch, state).filter(({ persona }) => persona === key);
  const [unanswered, uncriticised] = (["answer", "critique"] as const).map((step) =>
    missing.filter((failure) => failure.step === step),
  );
  const counts = [answered.length, state.batch.length] as const;
  const criticised = inBatchOrder(state, key).length;
  return (
    shortage(counts, "items were answered", unanswered ?? []) ??
    shortage([criticised, answered.length], "answers were criticised", uncriticised ?? [])
  );
}
