import { interrupt, type LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignConfig } from "../../config/alignment-settings.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import type {
  AlignmentRecord,
  PairedScore,
  Review,
} from "../../domain/alignment/alignment-record.js";
import { diffPersona } from "../../domain/persona/persona-diff.js";
import { defaultPersonaLimits as limits } from "../../domain/persona/persona-limits.js";
import { checkPaperText } from "../../domain/persona/apply-update.js";
import { profileSummary } from "../../domain/profile.js";
import {
  editLines,
  type ReviewAnswer,
  reviewAnswerSchema,
  type ReviewRequest,
} from "../../domain/persona/review-request.js";
import { answerOf } from "../../domain/alignment/simulated-answer.js";
import { parseUserId } from "../../domain/user-id.js";
import { renderPaperPersona } from "../../prompts/agent/system-message.js";
import type { AlignmentState, AlignmentUpdate } from "../../state/alignment-state.js";
import { secondsBetween } from "./alignment-budget.js";
import { parentOf } from "./state-selectors.js";

export interface ReviewCandidateDeps {
  readonly toolNamesFor: (config: AlignConfig) => readonly string[];
  readonly now: () => Date;
}

type Proposal = NonNullable<AlignmentState["proposal"]>;

/**
 * Waits for a person: shows what the candidate answers to the batch beside the old answers and the truth, and the
 * diff of the lines. An answer that cannot be taken is asked for again, with what is wrong with it; nothing is lost.
 */
export function createReviewCandidate(deps: ReviewCandidateDeps) {
  return function review(state: AlignmentState, runtime: LangGraphRunnableConfig): AlignmentUpdate {
    const config = parseAlignConfig(runtime);
    const userId = parseUserId(config.userId);
    const { proposal } = state;
    if (proposal === null) throw new TypeError("There is no proposal to review.");
    const request = requestOf(state, proposal, config.mode, userId);
    let problem: string | null = null;
    for (;;) {
      const given: unknown = interrupt<ReviewRequest>({ ...request, problem });
      const { data, error } = reviewAnswerSchema.safeParse(given);
      if (error !== undefined) {
        problem = askedAgain(
          `The answer is not valid: ${error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ")}.`,
        );
        continue;
      }
      const result = reviewed(proposal, data, state, config, deps);
      if ("problem" in result) {
        problem = askedAgain(result.problem);
        continue;
      }
      const at = deps.now().toISOString();
      const { decision, author = userId, note = null } = data;
      const personReview: Review = { decision, author, at, note };
      const { alignment } = result.proposal;
      return {
        // What the person took to decide is nobody's work.
        waitedSeconds: state.waitedSeconds + secondsBetween(proposal.at, at),
        proposal: {
          ...result.proposal,
          alignment: alignment && { ...alignment, review: personReview },
        },
      };
    }
  };
}

function askedAgain(problem: string): string {
  return `${problem} Answer with a decision (approve, edit or reject); an edit needs its lines.`;
}

function reviewed(
  proposal: Proposal,
  { decision, lines, paperSystemPrompt, note }: ReviewAnswer,
  state: AlignmentState,
  config: AlignConfig,
  { toolNamesFor }: ReviewCandidateDeps,
): { readonly proposal: Proposal } | { readonly problem: string } {
  if (decision === "approve") return { proposal };
  if (decision === "reject") {
    const reason = note === undefined ? "Rejected in review." : `Rejected in review: ${note}`;
    return { proposal: { ...proposal, status: "rejected", reason } };
  }
  const reason = `${proposal.reason} Edited in review${note === undefined ? "." : `: ${note}`}`;
  const edited: Proposal = {
    ...proposal,
    author: "person",
    reason,
    alignment: proposal.alignment && withoutCandidate(proposal.alignment),
  };
  if (config.mode === "paper") {
    if (paperSystemPrompt === undefined) return { problem: "The edit has no `paperSystemPrompt`." };
    const summary = profileSummary(state.profile);
    const present = renderPaperPersona({ ...parentOf(state), summary });
    const fault = checkPaperText(paperSystemPrompt, present, limits);
    return fault === null
      ? { proposal: { ...edited, paperSystemPrompt } }
      : { problem: fault.reason };
  }
  if (lines === undefined) return { problem: "The edit has no `lines`." };
  const tools = toolNamesFor(config);
  const checked = editLines(lines, {
    candidate: proposal.lines,
    batch: state.batch,
    tools,
    limits,
  });
  return "problem" in checked ? checked : { proposal: { ...edited, lines: checked.lines } };
}

/** Nobody has answered under a person's lines: the scores of what they replace are not theirs. */
function withoutCandidate(record: AlignmentRecord): AlignmentRecord {
  const unscored = (items: readonly PairedScore[]) =>
    items.map((item) => ({ ...item, candidate: null }));
  const { batch, holdout } = record.scores;
  return { ...record, scores: { batch: unscored(batch), holdout: unscored(holdout) } };
}

function requestOf(
  state: AlignmentState,
  proposal: Proposal,
  mode: AlignConfig["mode"],
  user: string,
): ReviewRequest {
  const parent = parentOf(state);
  return {
    kind: "persona-review",
    user,
    version: parent.version,
    reason: proposal.reason,
    items: state.batch.map(({ episodeId, query, groundTruth: answer }) => {
      const old = answerOf(state.answers, { persona: parent.key, episodeId });
      const candidate = state.candidate?.key;
      const fresh =
        candidate === undefined
          ? undefined
          : answerOf(state.answers, { persona: candidate, episodeId });
      return {
        episodeId,
        question: query,
        oldAnswer: old?.text ?? null,
        newAnswer: fresh?.text ?? null,
        trueAnswer: answer,
        oldScore: old?.score ?? null,
        newScore: fresh?.score ?? null,
      };
    }),
    lines: proposal.lines,
    diff: diffPersona(parent.lines, proposal.lines),
    paperSystemPrompt:
      mode === "paper"
        ? { before: parent.paperSystemPrompt, after: proposal.paperSystemPrompt ?? "" }
        : null,
    problem: null,
  };
}
