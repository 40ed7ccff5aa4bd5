import { HumanMessage, SystemMessage } from "@langchain/core/messages";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignConfig } from "../../config/alignment-settings.js";
import { instructionsOf } from "../../config/instructions.js";
import { sayAlike } from "../../domain/alignment/distinct-candidates.js";
import { hasNewItems } from "../../domain/alignment/promising.js";
import { lineContents } from "../../domain/alignment/rejected-updates.js";
import { answerOf } from "../../domain/alignment/simulated-answer.js";
import { applyUpdate } from "../../domain/persona/apply-update.js";
import { type LineCheckContext, rejectLine } from "../../domain/persona/check-line.js";
import type { PersonaLine } from "../../domain/persona/persona-checkpoint.js";
import { defaultPersonaLimits as limits } from "../../domain/persona/persona-limits.js";
import { profileSummary } from "../../domain/profile.js";
import { othersWordFinder } from "../../domain/text/others-words.js";
import { truncate } from "../../domain/text/truncate.js";
import { usageOfError } from "../../domain/usage.js";
import { parseUserId } from "../../domain/user-id.js";
import { ask } from "../../model/ask-structured.js";
import type { NamedModel } from "../../model/model-spec.js";
import { fixedRules } from "../../prompts/agent/persona-prompt.js";
import {
  type PersonaUpdate,
  personaUpdateSchema,
  renderGradientRequest,
} from "../../prompts/learning/textual-gradient.js";
import type { AlignmentState } from "../../state/alignment-state.js";
import { PersonaAgentError } from "../../system/errors.js";
import { callConfig } from "../model-call-config.js";
import { noUpdate, proposePaperUpdate, type ProposedUpdate } from "./paper-update.js";
import type { RecallOf } from "./prefetch-recall.js";
import { withoutMisleadingLines } from "./prune-candidate.js";
import { inBatchOrder, parentOf } from "./state-selectors.js";
import { wordSources } from "./word-sources.js";

export interface ProposeUpdateDeps {
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
 * Asks for one update of the lines from the whole batch, and checks what it proposes; in paper mode for the whole text.
 *
 * Errors: as `ask`, but for an answer that does not fit, which is no update.
 */
export async function proposeUpdate(
  state: AlignmentState,
  config: AlignConfig,
  runtime: LangGraphRunnableConfig,
  { alignmentModelFor, toolNamesFor, instructions: ofProcess, recallOf }: ProposeUpdateDeps,
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

/**
 * The proposals that pass the checks, the last candidate without what misled it, and the one that is tried again; each
 * different from the others.
 */
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
  const again = triedAgain(state);
  const candidates: ProposedUpdate["candidates"][number][] = [];
  const rejections = found.flatMap((each) => each.rejections);
  for (const { lines, reason } of found) {
    if (lines === null || again.some((other) => sayAlike(other.lines, lines))) continue;
    if (wereRejected(lines, state.rejected))
      rejections.push(rejectLine("unchanged", null, "It was rejected before."));
    else if (!candidates.some((other) => sayAlike(other.lines, lines)))
      // The other mode's prompt stays as it was.
      candidates.push({ lines: [...lines], paperSystemPrompt, reason });
  }
  const fresh = candidates.slice(0, Math.max(1, most - again.length));
  return { candidates: [...fresh, ...again].slice(0, most), rejections };
}

/** The candidate of an earlier run that is put to the test once more: at most one, and once in a run. */
function triedAgain({ promising, holdout, iteration, ...state }: AlignmentState) {
  if (promising === null || iteration > 1 || !hasNewItems(promising, holdout)) return [];
  const { paperSystemPrompt } = parentOf(state);
  const reason = "Rejected before on thin evidence, and tried again with it.";
  return [{ lines: promising.lines, paperSystemPrompt, reason, isTriedAgain: true as const }];
}

function wereRejected(
  lines: readonly PersonaLine[],
  rejected: AlignmentState["rejected"],
): boolean {
  const contents = lineContents(lines);
  return rejected.some(({ lines: tried }) => tried !== null && lineContents(tried) === contents);
}

/** Each can be repeated by a line; the whole would hold most words of any line. */
function sentencesIn(instructions: string): string[] {
  return instructions.split(/(?<=[.!?。！？])\s+|\n+/u).filter((sentence) => sentence !== "");
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
