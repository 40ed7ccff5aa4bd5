import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { checkPaperText } from "../../domain/persona/apply-update.js";
import type { LineRejection } from "../../domain/persona/line-rejection.js";
import { defaultPersonaLimits } from "../../domain/persona/persona-limits.js";
import { profileSummary } from "../../domain/profile.js";
import { noUsage, type Usage } from "../../domain/usage.js";
import { askText } from "../../model/ask-text.js";
import { renderPaperPersona } from "../../prompts/agent/system-message.js";
import { readPaperReply, renderPaperGradientRequest } from "../../prompts/learning/paper-mode.js";
import type { AlignmentState, PersonaCandidate } from "../../state/alignment-state.js";
import { callConfig } from "../model-call-config.js";
import { inBatchOrder, parentOf } from "./state-selectors.js";

/** The result of asking for an update: candidates, or the reason why there is none. */
export interface ProposedUpdate extends Pick<AlignmentState, "outcome" | "rejections" | "usage"> {
  readonly candidates: readonly Omit<PersonaCandidate, "key" | "version">[];
}

/** @param stop - What ends the run; `null` if another try could find a candidate. */
export function noUpdate(
  reason: string,
  stop: NonNullable<AlignmentState["outcome"]>["stop"],
  usage: Usage,
  rejections: readonly LineRejection[] = [],
): ProposedUpdate {
  return { candidates: [], outcome: { reason, stop }, rejections: [...rejections], usage };
}

/** The paper's update: the whole persona is rewritten from the feedback, and accepted unless it breaks a limit. */
export async function proposePaperUpdate(
  state: AlignmentState,
  model: BaseChatModel,
  runtime: LangGraphRunnableConfig,
  instructions: string,
): Promise<ProposedUpdate> {
  const parent = parentOf(state);
  const persona = renderPaperPersona({ ...parent, summary: profileSummary(state.profile) });
  const feedback = inBatchOrder(state, parent.key).flatMap(({ text }) => text ?? []);
  if (feedback.length === 0) return noUpdate("No update: there is no feedback.", null, noUsage);
  const request = renderPaperGradientRequest(persona, feedback, instructions);
  const { text, usage } = await askText(model, request, callConfig(runtime, "update"));
  const paperSystemPrompt = readPaperReply(text);
  const fault = checkPaperText(paperSystemPrompt, persona, defaultPersonaLimits);
  if (fault !== null) {
    // The next request would be the same, word for word.
    const stop = fault.kind === "unchanged" ? "kept" : null;
    return noUpdate(`No update: ${fault.reason}`, stop, usage, [fault]);
  }
  const reason = "Written from the feedback and accepted as it is, as in the paper.";
  const candidate = { lines: parent.lines, paperSystemPrompt, reason };
  return { candidates: [candidate], outcome: null, rejections: [], usage };
}
