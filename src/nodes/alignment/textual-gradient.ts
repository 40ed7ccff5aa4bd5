import { HumanMessage, SystemMessage } from "@langchain/core/messages";
import { Command, type LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignConfig } from "../../config/alignment-settings.js";
import { instructionsOf } from "../../config/instructions.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import { lineContents } from "../../domain/alignment/rejected-updates.js";
import { answerOf } from "../../domain/alignment/simulated-answer.js";
import { sayAlike } from "../../domain/alignment/distinct-candidates.js";
import { type LineCheckContext, rejectLine } from "../../domain/persona/check-line.js";
import { applyUpdate } from "../../domain/persona/apply-update.js";
import type { PersonaLine } from "../../domain/persona/persona-checkpoint.js";
import { defaultPersonaLimits as limits } from "../../domain/persona/persona-limits.js";
import { profileSummary } from "../../domain/profile.js";
import { usersPart } from "../../domain/asked-question.js";
import { othersWordFinder, type WordSources } from "../../domain/text/others-words.js";
import { truncate } from "../../domain/text/truncate.js";
import { parseUserId } from "../../domain/user-id.js";
import { noUsage, usageOfError } from "../../domain/usage.js";
import { PersonaAgentError } from "../../system/errors.js";
import { ask } from "../../model/ask-structured.js";
import type { NamedModel } from "../../model/model-spec.js";
import { fixedRules } from "../../prompts/agent/persona-prompt.js";
import {
  type PersonaUpdate,
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
import { budgetOf, callsOfJudging, callsPerAnswer, judgingPerItem } from "./alignment-budget.js";
import { noUpdate, proposePaperUpdate, type ProposedUpdate } from "./paper-update.js";
import type { RecallOf } from "./prefetch-recall.js";
import { failuresOf, shortage } from "./failed-items.js";
import { withoutMisleadingLines } from "./prune-candidate.js";
import {
  sendAll,
  simulationTasks,
  unansweredTasks,
  uncriticisedTasks,
} from "./simulation-tasks.js";
import { answeredItems, inBatchOrder, parentOf } from "./state-selectors.js";

export interface TextualGradientDeps {
  readonly now: () => Date;
  readonly alignmentModelFor: (name: string | undefined) => NamedModel;
  /** Of the process; a run's own take their place. */
  readonly instructions?: string;
  /** Names of the tools that a simulation may use, and so a line may be about. */
  readonly toolNamesFor: (config: AlignConfig) => readonly string[];
  readonly recallOf: RecallOf;
}

/** Most of the update model's reason that is stored, in UTF-16 units; it is asked for one sentence. */
const shownReason = 500;

/**
 * The textual gradient: one update of the persona for the whole batch, in one model call. It proposes a few changes that
 * differ on purpose. What passes the checks are the candidates, whose answers to the batch are asked for next; with them
 * the last candidate without a line that misled it. Nothing is scored if the model keeps the lines, or nothing passes.
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
    const lack = lackingOfBatch(state);
    // Where a budget ends the run, the next call would not ask either.
    if (lack !== null && missing.tasks.length === 0 && before.spent === null) throw lack;
    const spent =
      before.spent ?? (lack === null ? null : "the budget does not pay for missing items");
    const proposed =
      spent === null
        ? await propose(state, config, runtime, deps)
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
  { alignmentModelFor, toolNamesFor, instructions: ofProcess, recallOf }: TextualGradientDeps,
): Promise<ProposedUpdate> {
  const { model } = alignmentModelFor(config.models.alignment);
  const tools = toolNamesFor(config);
  const instructions = instructionsOf(config, ofProcess);
  try {
    if (config.mode === "paper")
      return await proposePaperUpdate(state, model, runtime, instructions);
    const { system, human } = requestOf(state, config, tools, instructions);
    const { answer, usage } = await ask({
      model,
      messages: [new SystemMessage(system), new HumanMessage(human)],
      schema: personaUpdateSchema,
      name: "persona_update",
      config: callConfig(runtime, "update"),
    });
    const sources = await wordSources(state, parseUserId(config.userId), recallOf(state.runId));
    const { candidates, rejections } = candidatesFrom(answer, state, config, {
      tools,
      othersWord: othersWordFinder({ ...sources, own: [system, ...sources.own] }),
      fixedRules: [...fixedRules, ...sentencesIn(instructions)],
    });
    if (candidates.length > 0) return { candidates, outcome: null, rejections, usage };
    if (answer.decision === "keep")
      return noUpdate(`Kept: ${truncate(answer.reason, shownReason)}`, "kept", usage);
    const why = rejections[0]?.reason ?? "it is empty.";
    return noUpdate(`Nothing of the update can be taken: ${why}`, null, usage, rejections);
  } catch (error) {
    if (!PersonaAgentError.is(error, "model-output-invalid")) throw error;
    return noUpdate(`No update: ${error.message}`, null, usageOfError(error.details));
  }
}

/** The proposals that pass the checks, and the last candidate without what misled it; each different from the others. */
function candidatesFrom(
  { decision, proposals }: PersonaUpdate,
  state: AlignmentState,
  { candidates: most, checkLines }: AlignConfig,
  fixed: Pick<LineCheckContext, "tools" | "fixedRules" | "othersWord">,
): Pick<ProposedUpdate, "candidates" | "rejections"> {
  const { lines: present, paperSystemPrompt } = parentOf(state);
  const batch = state.batch.map(({ episodeId, query, groundTruth }) => ({
    episodeId,
    question: query,
    answer: groundTruth,
  }));
  const context = { batch, ...fixed, limits, checksContent: checkLines };
  const proposed = decision === "keep" ? [] : proposals.slice(0, most);
  const checked = proposed.map(({ changes, reason }) => ({
    ...applyUpdate(present, changes, context),
    reason: truncate(reason, shownReason),
  }));
  const pruned = withoutMisleadingLines(state);
  const found = [...checked, ...(pruned === null ? [] : [{ ...pruned, rejections: [] }])];
  const candidates: ProposedUpdate["candidates"][number][] = [];
  const rejections = found.flatMap((each) => each.rejections);
  for (const { lines, reason } of found) {
    if (lines === null) continue;
    if (wereRejected(lines, state.rejected))
      rejections.push(rejectLine("unchanged", null, "It was rejected before."));
    else if (!candidates.some((other) => sayAlike(other.lines, lines)))
      // The other mode's prompt stays as it was.
      candidates.push({ lines: [...lines], paperSystemPrompt, reason });
  }
  return { candidates: candidates.slice(0, most), rejections };
}

function wereRejected(
  lines: readonly PersonaLine[],
  rejected: AlignmentState["rejected"],
): boolean {
  const contents = lineContents(lines);
  return rejected.some(
    ({ lines: tried, isPromising }) =>
      tried !== null && !isPromising && lineContents(tried) === contents,
  );
}

/** Each can be repeated by a line; the whole would hold most words of any line. */
function sentencesIn(instructions: string): string[] {
  return instructions.split(/(?<=[.!?。！？])\s+|\n+/u).filter((sentence) => sentence !== "");
}

/** Of the user, and of others, what the update or a critique was shown. */
async function wordSources(
  state: AlignmentState,
  userId: string,
  episodes: Pick<ReturnType<RecallOf>, "get">,
): Promise<WordSources> {
  const { lines } = parentOf(state);
  const inBatch = new Set(state.batch.map(({ episodeId }) => episodeId));
  const answers = state.answers.filter(({ episodeId }) => inBatch.has(episodeId));
  const recalled = await Promise.all(
    [...new Set(answers.flatMap((answer) => answer.recalled))].map((id) =>
      episodes.get(userId, id),
    ),
  );
  const items = [...state.batch, ...state.holdout];
  const said = [
    ...items,
    ...items.flatMap(({ earlier }) => earlier.map((turn) => ({ ...turn, task: null }))),
    ...recalled.flatMap((episode) => episode ?? []),
  ];
  // Simulations call memory's own search, and what the operator allows beside it.
  const withTools = answers.filter(({ toolCalls }) =>
    toolCalls.some(({ name }) => name !== "recall_memory"),
  );
  return {
    own: [
      profileSummary(state.profile),
      ...lines.map(({ text }) => text),
      ...said.map(usersPart),
      ...items.flatMap(({ groundTruth, reason, reaction }) => [
        groundTruth,
        reason ?? "",
        reaction?.said ?? "",
      ]),
      ...recalled.flatMap((each) => [each?.groundTruth ?? "", each?.feedback?.reason ?? ""]),
    ],
    others: [
      // What a message quotes is somebody else's.
      ...said.map(({ query }) => query),
      ...items.flatMap(({ earlier, reaction }) => [
        ...earlier.map(({ response }) => response),
        reaction?.response ?? "",
      ]),
      ...recalled.flatMap((each) => each?.response ?? []),
      ...withTools.flatMap(({ text, toolCalls }) => [text, ...toolCalls.map(({ input }) => input)]),
    ],
  };
}

function requestOf(
  state: AlignmentState,
  { candidates }: AlignConfig,
  tools: readonly string[],
  instructions: string,
) {
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
  return renderGradientRequest({
    instructions,
    summary,
    lines,
    pairs,
    rejected,
    tools,
    limits,
    proposals: candidates,
  });
}
