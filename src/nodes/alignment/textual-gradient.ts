import { HumanMessage, SystemMessage } from "@langchain/core/messages";
import { Command, type LangGraphRunnableConfig, Send } from "@langchain/langgraph";
import type { AlignConfig } from "../../config/alignment-settings.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import { defaultPersonaLimits as limits } from "../../domain/persona/persona-limits.js";
import { applyUpdate, checkPaperText } from "../../domain/persona/apply-update.js";
import type { PersonaLine } from "../../domain/persona/persona-checkpoint.js";
import { profileSummary } from "../../domain/profile.js";
import type { LineRejection } from "../../domain/persona/line-rejection.js";
import { answerOf } from "../../domain/alignment/simulated-answer.js";
import { noUsage, type Usage, usageOfError } from "../../domain/usage.js";
import { PersonaAgentError } from "../../errors.js";
import { ask } from "../../model/ask-structured.js";
import { askText } from "../../model/ask-text.js";
import type { NamedModel } from "../../model/model-spec.js";
import { fixedRules } from "../../prompts/agent/persona-prompt.js";
import { renderPaperPersona } from "../../prompts/agent/system-message.js";
import { readPaperReply, renderPaperGradientRequest } from "../../prompts/learning/paper-mode.js";
import { truncate } from "../../domain/text/truncate.js";
import {
  personaUpdateSchema,
  renderGradientRequest,
} from "../../prompts/learning/textual-gradient.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import type {
  AlignmentState,
  AlignmentUpdate,
  PersonaCandidate,
  PersonaUnderTest,
} from "../../state/alignment-state.js";
import { budgetOf, callsPerAnswer } from "./alignment-budget.js";
import { callConfig } from "../model-call-config.js";
import { inBatchOrder, parentOf } from "./state-selectors.js";
import { lineContents } from "./rejected-updates.js";
import type { SimulateDeps } from "./simulate.js";
import { simulationTasks } from "./simulation-tasks.js";
import { prefetchDuring } from "./prefetch-recall.js";

export interface TextualGradientDeps extends Pick<SimulateDeps, "recallOf"> {
  readonly alignmentModelFor: (name: string | undefined) => NamedModel;
  /** Names of the tools that a simulation may use, and so a line may be about. */
  readonly toolNamesFor: (config: AlignConfig) => readonly string[];
  readonly now: () => Date;
}

/** Most of the update model's own reason that is kept, in UTF-16 units; it is asked for one sentence. */
const shownReason = 500;

/** What the update model gave: a candidate, or why there is none and whether another try could find one. */
interface Proposed {
  readonly candidate: Pick<PersonaCandidate, "lines" | "paperSystemPrompt" | "reason"> | null;
  readonly outcome: NonNullable<AlignmentState["outcome"]> | null;
  readonly rejections: readonly LineRejection[];
  readonly usage: Usage;
}

/** Where the run goes from here. */
export type TextualGradientGoto = "validate" | "accept-candidate";

/**
 * The textual gradient: one update of the persona for the whole batch, in one model call. What is left of it after the
 * checks is the candidate, whose answers to the batch are asked for next. Nothing is scored where the model keeps the
 * lines, or nothing of its update can be taken.
 */
export function createTextualGradient(deps: TextualGradientDeps) {
  return async function textualGradient(
    state: AlignmentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<Command<unknown, AlignmentUpdate, TextualGradientGoto>> {
    const config = parseAlignConfig(runtime);
    const left = budgetOf(state, config, deps.now());
    const proposed =
      left.spent === null
        ? await prefetchDuring(
            async () => state.holdout,
            { runId: state.runId, config },
            deps.recallOf,
            () => proposal(state, config, runtime, deps),
          )
        : { ...nothing(`Ended before an update: ${left.spent}.`, "budget"), usage: noUsage };
    const { outcome, rejections, usage } = proposed;
    const candidate: PersonaCandidate | null = proposed.candidate && {
      ...proposed.candidate,
      key: `${state.runId}-${state.iteration}`,
      version: parentOf(state).version + 1,
    };
    const stop = outcome?.stop ?? null;
    const decision = candidate !== null ? "change" : stop !== null ? "keep" : "refused";
    runtime.writer?.({
      kind: "update-proposed",
      iteration: state.iteration,
      decision,
    } satisfies AlignmentEvent);
    const update = { candidate, outcome, rejections: [...rejections], usage };
    const calls = left.calls - usage.calls;
    if (candidate === null || !config.validation)
      return new Command({ goto: "accept-candidate", update });
    const needed =
      state.batch.length * config.samplesPerItem * callsPerAnswer(state.answers, config);
    if (calls < needed) {
      const reason = "Not judged: the budget leaves too few model calls.";
      return new Command({
        goto: "accept-candidate",
        update: { ...update, outcome: { reason, stop: "budget" } },
      });
    }
    const tasks = simulationTasks(
      state.batch,
      state,
      candidate,
      "candidate",
      config.samplesPerItem,
    );
    return new Command({ goto: tasks.map((task) => new Send("validate", task)), update });
  };
}

async function proposal(
  state: AlignmentState,
  config: AlignConfig,
  runtime: LangGraphRunnableConfig,
  deps: TextualGradientDeps,
): Promise<Proposed> {
  try {
    return config.mode === "paper"
      ? await paperProposal(state, config, runtime, deps)
      : await defaultProposal(state, config, runtime, deps);
  } catch (error) {
    if (!PersonaAgentError.is(error, "model-output-invalid")) throw error;
    return { ...nothing(`No update: ${error.message}`, null), usage: usageOfError(error.details) };
  }
}

async function defaultProposal(
  state: AlignmentState,
  config: AlignConfig,
  runtime: LangGraphRunnableConfig,
  { alignmentModelFor, toolNamesFor }: TextualGradientDeps,
): Promise<Proposed> {
  const parent = parentOf(state);
  const tools = toolNamesFor(config);
  const { system, human } = renderGradientRequest({
    summary: profileSummary(state.profile),
    lines: parent.lines,
    pairs: critiquedPairs(state, parent),
    rejected: state.rejected.map((update) => ({
      ...update,
      critiques: state.critiques.flatMap(({ persona, text }) =>
        persona === update.key && text !== null ? [text] : [],
      ),
    })),
    tools,
    limits,
  });
  const { answer, usage } = await ask({
    model: alignmentModelFor(config.models.alignment).model,
    messages: [new SystemMessage(system), new HumanMessage(human)],
    schema: personaUpdateSchema,
    name: "persona_update",
    config: callConfig(runtime, "update"),
  });
  const why = truncate(answer.reason, shownReason);
  if (answer.decision === "keep") return { ...nothing(`Kept: ${why}`, "kept"), usage };
  const { lines, rejections } = applyUpdate(parent.lines, answer.changes, {
    batch: state.batch.map(({ episodeId, query, groundTruth: trueAnswer }) => ({
      episodeId,
      question: query,
      answer: trueAnswer,
    })),
    fixedRules,
    tools,
    limits,
    checksContent: config.checkLines,
  });
  const again = lines !== null && isRejected(lines, state.rejected);
  if (lines === null || again) {
    const fault = again ? "it was rejected before." : (rejections[0]?.reason ?? "it is empty.");
    return {
      ...nothing(`Nothing of the update can be taken: ${fault}`, null),
      rejections,
      usage,
    };
  }
  // What the other mode answers under stays as it was.
  const candidate = { lines: [...lines], paperSystemPrompt: parent.paperSystemPrompt, reason: why };
  return { candidate, outcome: null, rejections, usage };
}

async function paperProposal(
  state: AlignmentState,
  config: AlignConfig,
  runtime: LangGraphRunnableConfig,
  { alignmentModelFor }: TextualGradientDeps,
): Promise<Proposed> {
  const parent = parentOf(state);
  const persona = renderPaperPersona({ ...parent, summary: profileSummary(state.profile) });
  const feedback = inBatchOrder(state, parent.key).flatMap(({ text }) => text ?? []);
  if (feedback.length === 0)
    return { ...nothing("No update: no feedback could be had.", null), usage: noUsage };
  const { model } = alignmentModelFor(config.models.alignment);
  const request = renderPaperGradientRequest(persona, feedback);
  const reply = await askText(model, request, callConfig(runtime, "update"));
  const paperSystemPrompt = readPaperReply(reply.text);
  const fault = checkPaperText(paperSystemPrompt, persona, limits);
  const { usage } = reply;
  if (fault !== null) {
    // The next request would be this one, word for word.
    const stop = fault.kind === "unchanged" ? "kept" : null;
    return { ...nothing(`No update: ${fault.reason}`, stop), rejections: [fault], usage };
  }
  const reason = "Written from the feedback, as the paper does: whatever is written is taken.";
  return {
    candidate: { lines: parent.lines, paperSystemPrompt, reason },
    outcome: null,
    rejections: [],
    usage,
  };
}

function nothing(reason: string, stop: NonNullable<AlignmentState["outcome"]>["stop"]) {
  return { candidate: null, outcome: { reason, stop }, rejections: [] };
}

function isRejected(lines: readonly PersonaLine[], rejected: AlignmentState["rejected"]): boolean {
  const words = lineContents(lines);
  return rejected.some((update) => update.lines !== null && lineContents(update.lines) === words);
}

function critiquedPairs(state: AlignmentState, parent: PersonaUnderTest) {
  const critiques = new Map(
    inBatchOrder(state, parent.key).map(({ episodeId, critique }) => [episodeId, critique]),
  );
  return state.batch.flatMap((item) => {
    const answer = answerOf(state.answers, { persona: parent.key, episodeId: item.episodeId });
    if (answer === undefined) return [];
    return [
      {
        question: item.query,
        simulatedAnswer: answer.text,
        trueAnswer: item.groundTruth,
        score: answer.score,
        critique: critiques.get(item.episodeId) ?? null,
      },
    ];
  });
}
