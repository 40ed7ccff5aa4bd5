import { HumanMessage, SystemMessage } from "@langchain/core/messages";
import { Command, type LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignConfig } from "../../config/alignment-settings.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import { lineContents } from "../../domain/alignment/rejected-updates.js";
import { answerOf } from "../../domain/alignment/simulated-answer.js";
import { applyUpdate } from "../../domain/persona/apply-update.js";
import type { PersonaLine } from "../../domain/persona/persona-checkpoint.js";
import { defaultPersonaLimits as limits } from "../../domain/persona/persona-limits.js";
import { profileSummary } from "../../domain/profile.js";
import { truncate } from "../../domain/text/truncate.js";
import { noUsage, usageOfError } from "../../domain/usage.js";
import { PersonaAgentError } from "../../system/errors.js";
import { ask } from "../../model/ask-structured.js";
import type { NamedModel } from "../../model/model-spec.js";
import { fixedRules } from "../../prompts/agent/persona-prompt.js";
import {
  personaUpdateSchema,
  renderGradientRequest,
} from "../../prompts/learning/textual-gradient.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import type {
  AlignmentState,
  AlignmentUpdate,
  PersonaCandidate,
} from "../../state/alignment-state.js";
import { callConfig } from "../model-call-config.js";
import { budgetOf, callsOfJudging, callsPerAnswer } from "./alignment-budget.js";
import { noUpdate, proposePaperUpdate, type ProposedUpdate } from "./paper-update.js";
import { type PrefetchDeps, prefetchDuring } from "./prefetch-recall.js";
import { failuresOf, shortage } from "./failed-items.js";
import {
  sendAll,
  simulationTasks,
  unansweredTasks,
  uncriticisedTasks,
} from "./simulation-tasks.js";
import { answeredItems, inBatchOrder, parentOf } from "./state-selectors.js";

export interface TextualGradientDeps extends PrefetchDeps {
  readonly alignmentModelFor: (name: string | undefined) => NamedModel;
  /** Names of the tools that a simulation may use, and so a line may be about. */
  readonly toolNamesFor: (config: AlignConfig) => readonly string[];
}

/** Most of the update model's reason that is stored, in UTF-16 units; it is asked for one sentence. */
const shownReason = 500;

/**
 * The textual gradient: one update of the persona for the whole batch, in one model call. What passes the checks is the
 * candidate, whose answers to the batch are asked for next. Nothing is scored if the model keeps the lines, or nothing
 * of its update passes. Before it, answers and critiques are asked for that failed in an earlier iteration or call.
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
    const { runId, locale, iteration, holdout, answers } = state;
    const left = budgetOf(state, config, deps.now());
    const missing = missingFromBatch(state, config, runtime);
    const isPaidFor = left.spent === null && missing.calls + 1 <= left.calls;
    if (missing.tasks.length > 0 && isPaidFor) return new Command({ goto: missing.tasks });
    const lack = lackingOfBatch(state);
    // Where a budget ends the run, the next call would not ask either.
    if (lack !== null && missing.tasks.length === 0 && left.spent === null) throw lack;
    const spent =
      left.spent ?? (lack === null ? null : "the budget does not pay for missing items");
    const proposed =
      spent === null
        ? await prefetchDuring(
            async () => holdout,
            { runId, config, locale },
            deps,
            () => propose(state, config, runtime, deps),
          )
        : noUpdate(`Ended before an update: ${spent}.`, "budget", noUsage);
    const candidate: PersonaCandidate | null = proposed.candidate && {
      ...proposed.candidate,
      key: `${runId}-${iteration}`,
      version: parentOf(state).version + 1,
    };
    const isKept = proposed.outcome !== null && proposed.outcome.stop !== null;
    const decision = candidate !== null ? "change" : isKept ? "keep" : "refused";
    runtime.writer?.({ kind: "update-proposed", iteration, decision } satisfies AlignmentEvent);
    const update = { ...proposed, candidate };
    if (candidate === null || !config.validation)
      return new Command({ goto: "accept-candidate", update });
    const batch = answeredItems(state, state.batch);
    const tasks = simulationTasks(batch, state, candidate, "candidate", config.samplesPerItem);
    const answering = tasks.length * callsPerAnswer(answers, config);
    const needed = answering + callsOfJudging(batch, config);
    if (left.calls - proposed.usage.calls < needed) {
      const reason = "Not judged: the budget leaves too few model calls.";
      const outcome = { reason, stop: "budget" } as const;
      return new Command({ goto: "accept-candidate", update: { ...update, outcome } });
    }
    return new Command({ goto: sendAll("validate", tasks), update });
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
function lackingOfBatch(state: AlignmentState): PersonaAgentError | null {
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

async function propose(
  state: AlignmentState,
  config: AlignConfig,
  runtime: LangGraphRunnableConfig,
  { alignmentModelFor, toolNamesFor }: TextualGradientDeps,
): Promise<ProposedUpdate> {
  const { model } = alignmentModelFor(config.models.alignment);
  try {
    if (config.mode === "paper") return await proposePaperUpdate(state, model, runtime);
    const tools = toolNamesFor(config);
    const { system, human } = requestOf(state, tools);
    const { answer, usage } = await ask({
      model,
      messages: [new SystemMessage(system), new HumanMessage(human)],
      schema: personaUpdateSchema,
      name: "persona_update",
      config: callConfig(runtime, "update"),
    });
    const reason = truncate(answer.reason, shownReason);
    if (answer.decision === "keep") return noUpdate(`Kept: ${reason}`, "kept", usage);
    const { lines: present, paperSystemPrompt } = parentOf(state);
    const { lines, rejections } = applyUpdate(present, answer.changes, {
      batch: state.batch.map(({ episodeId, query, groundTruth }) => ({
        episodeId,
        question: query,
        answer: groundTruth,
      })),
      fixedRules,
      tools,
      limits,
      checksContent: config.checkLines,
    });
    const isRepeated = lines !== null && wereRejected(lines, state.rejected);
    if (lines === null || isRepeated) {
      const fault = isRepeated
        ? "it was rejected before."
        : (rejections[0]?.reason ?? "it is empty.");
      const why = `Nothing of the update can be taken: ${fault}`;
      return noUpdate(why, null, usage, rejections);
    }
    // The other mode's prompt stays as it was.
    const candidate = { lines: [...lines], paperSystemPrompt, reason };
    return { candidate, outcome: null, rejections: [...rejections], usage };
  } catch (error) {
    if (!PersonaAgentError.is(error, "model-output-invalid")) throw error;
    return noUpdate(`No update: ${error.message}`, null, usageOfError(error.details));
  }
}

function wereRejected(
  lines: readonly PersonaLine[],
  rejected: AlignmentState["rejected"],
): boolean {
  const contents = lineContents(lines);
  return rejected.some(
    (update) => update.lines !== null && lineContents(update.lines) === contents,
  );
}

function requestOf(state: AlignmentState, tools: readonly string[]) {
  const { key, lines } = parentOf(state);
  const critiques = new Map(
    inBatchOrder(state, key).map(({ episodeId, critique }) => [episodeId, critique]),
  );
  const pairs = state.batch.flatMap(({ episodeId, at, query, groundTruth }) => {
    const answer = answerOf(state.answers, { persona: key, episodeId });
    if (answer === undefined) return [];
    const { text, score } = answer;
    const critique = critiques.get(episodeId) ?? null;
    const pair = { question: query, at, simulatedAnswer: text, trueAnswer: groundTruth };
    return [{ ...pair, score, critique }];
  });
  const rejected = state.rejected.map((update) => ({
    ...update,
    critiques: state.critiques.flatMap(({ persona, text }) =>
      persona === update.key && text !== null ? [text] : [],
    ),
  }));
  const summary = profileSummary(state.profile);
  return renderGradientRequest({ summary, lines, pairs, rejected, tools, limits });
}
