import { interrupt, type LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignConfig } from "../../config/alignment-settings.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import type { AlignmentRecord, PairedScore } from "../../domain/alignment/alignment-record.js";
import { judgedScores } from "../../domain/alignment/judgement.js";
import { answerOf } from "../../domain/alignment/simulated-answer.js";
import { checkPaperText } from "../../domain/persona/apply-update.js";
import { diffPersona } from "../../domain/persona/persona-diff.js";
import { defaultPersonaLimits as limits } from "../../domain/persona/persona-limits.js";
import {
  editLines,
  reviewAnswerSchema,
  type ReviewRequest,
} from "../../domain/persona/review-request.js";
import { profileSummary } from "../../domain/profile.js";
import { parseUserId } from "../../domain/user-id.js";
import { renderPaperPersona } from "../../prompts/agent/system-message.js";
import type { AlignmentState, AlignmentUpdate, Proposal } from "../../state/alignment-state.js";
import { secondsBetween } from "./alignment-budget.js";
import { candidateOf, parentOf, preferredOn } from "./state-selectors.js";

export interface ReviewCandidateDeps {
  readonly toolNamesFor: (config: AlignConfig) => readonly string[];
  readonly now: () => Date;
}

/**
 * Waits for a person: shows the candidate's answers to the batch beside the old ones and the truth, and the diff of the
 * lines. An answer that is not valid is asked for again, with what is wrong with it; nothing is lost.
 */
export function createReviewCandidate({ toolNamesFor, now }: ReviewCandidateDeps) {
  return function review(state: AlignmentState, runtime: LangGraphRunnableConfig): AlignmentUpdate {
    const config = parseAlignConfig(runtime);
    const userId = parseUserId(config.userId);
    const { proposal } = state;
    if (proposal === null) throw new TypeError("There is no proposal to review.");
    const request = requestOf(state, proposal, config.mode, userId);
    let problem: string | null = null;
    for (;;) {
      const answer: unknown = interrupt<ReviewRequest>({ ...request, problem });
      const at = now().toISOString();
      const result = decided(answer, proposal, at);
      // The person's time does not count as the run's.
      const waitedSeconds = state.waitedSeconds + secondsBetween(proposal.at, at);
      if (typeof result === "object") return { waitedSeconds, proposal: result };
      problem = `${result} Answer with a decision (approve, edit or reject); an edit needs its lines.`;
    }

    /** The proposal as the person wants it, or what is wrong with the answer. */
    function decided(answer: unknown, candidate: Proposal, at: string): Proposal | string {
      const { data, error } = reviewAnswerSchema.safeParse(answer);
      if (error !== undefined) {
        const issues = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
        return `The answer is not valid: ${issues.join("; ")}.`;
      }
      const { decision, author = userId, note = null } = data;
      const review = { decision, author, at, note };
      const alignment = candidate.alignment && { ...candidate.alignment, review };
      const remark = note === null ? "." : `: ${note}`;
      if (decision === "approve") return { ...candidate, alignment };
      if (decision === "reject") {
        const reason = `Rejected in review${remark}`;
        return { ...candidate, alignment, status: "rejected", reason };
      }
      const edited: Proposal = {
        ...candidate,
        author: "person",
        reason: `${candidate.reason} Edited in review${remark}`,
        alignment: alignment && withoutCandidate(alignment),
      };
      if (config.mode === "paper") {
        const { paperText } = data;
        if (paperText === undefined) return "The edit has no `paperText`.";
        const summary = profileSummary(state.profile);
        const present = renderPaperPersona({ ...parentOf(state), summary });
        const fault = checkPaperText(paperText, present, limits);
        return fault === null ? { ...edited, paperSystemPrompt: paperText } : fault.reason;
      }
      if (data.lines === undefined) return "The edit has no `lines`.";
      const { batch } = state;
      const bounds = { candidate: candidate.lines, batch, tools: toolNamesFor(config), limits };
      const checked = editLines(data.lines, bounds);
      return "problem" in checked ? checked.problem : { ...edited, lines: checked.lines };
    }
  };
}

/** The scores are of the candidate's lines, and no answer was given under the person's. */
function withoutCandidate(record: AlignmentRecord): AlignmentRecord {
  const unscored = (items: readonly PairedScore[]) =>
    items.map(({ preferred: _preferred, ...scored }) => ({ ...scored, candidate: null }));
  const { judge: _judge, ...rest } = record;
  const { batch, holdout } = record.scores;
  return { ...rest, scores: { batch: unscored(batch), holdout: unscored(holdout) } };
}

function requestOf(
  state: AlignmentState,
  { lines, reason, paperSystemPrompt }: Proposal,
  mode: AlignConfig["mode"],
  user: string,
): ReviewRequest {
  const { batch, answers, judgements } = state;
  const candidate = candidateOf(state);
  const parent = parentOf(state);
  return {
    kind: "persona-review",
    user,
    version: parent.version,
    reason,
    items: batch.map(({ episodeId, query, groundTruth }) => {
      const before = answerOf(answers, { persona: parent.key, episodeId });
      const after = candidate ? answerOf(answers, { persona: candidate.key, episodeId }) : null;
      const preferred = preferredOn(episodeId, candidate, judgements);
      const judged = preferred && judgedScores[preferred];
      return {
        episodeId,
        question: query,
        oldAnswer: before?.text ?? null,
        newAnswer: after?.text ?? null,
        trueAnswer: groundTruth,
        oldScore: judged?.parent ?? before?.score ?? null,
        newScore: judged?.candidate ?? after?.score ?? null,
      };
    }),
    lines,
    diff: diffPersona(parent.lines, lines),
    paperText:
      mode === "paper"
        ? { before: parent.paperSystemPrompt, after: paperSystemPrompt ?? "" }
        : null,
    problem: null,
  };
}
