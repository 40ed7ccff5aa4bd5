import type { AlignmentResult, AlignSettings } from "../../app/alignment-runs/aligner.js";
import { noPendingReview } from "../../app/alignment-runs/no-pending-review-error.js";
import type { OpenAgent } from "../../app/open-persona-agent.js";
import type { ReviewAnswer, ReviewRequest } from "../../domain/persona/review-request.js";
import { PersonaAgentError } from "../../system/errors.js";
import { type CommandContext, withAgent, writeJson } from "../cli-context.js";
import { type AlignProgress, createAlignProgress } from "./align-progress.js";
import { alignmentJson, reviewJson, throwIfBudgetSpent, writeAlignment } from "./align-report.js";
import { canAsk, decideOnTerminal, parseEdit, readEdit } from "./review-question.js";
import { writeReview } from "./review-report.js";

interface ReviewOptions {
  readonly user: string;
  readonly approve?: true;
  readonly reject?: true;
  readonly edit?: string;
  readonly note?: string;
  readonly author?: string;
}

export async function runReview(options: ReviewOptions, context: CommandContext): Promise<void> {
  const { user, note, author } = options;
  const { json, signal } = context;
  const decide = await parseDecision(options, context);
  const canDecide = decide !== null || (!json && canAsk(context));
  if ((note ?? author) !== undefined && !canDecide)
    throw new PersonaAgentError(
      "config-invalid",
      "--note or --author was given without a decision; expected one of --approve, --edit and --reject beside them. Name one, or leave them out.",
    );
  const signature = { ...(note && { note }), ...(author && { author }) };
  await withAgent(
    context,
    async (agent) => {
      const request = await agent.pendingReview(user);
      if (request === null) throw await noPendingReview(user, agent.memory);
      const progress = createAlignProgress(context.stderr, {
        ...((await agent.memory.alignments.get(user)).settings as AlignSettings),
        batch: request.items.length,
      });
      const result = await decideOn(request, agent, progress).finally(progress.stop);
      if (result === null) return;
      if (json) writeJson(context, alignmentJson(result));
      else writeAlignment(context, result, await agent.memory.personas.history(user));
      throwIfBudgetSpent(result);
    },
    { handlesSignal: true },
  );

  /** @returns `null` when no decision was made. */
  async function decideOn(
    request: ReviewRequest,
    agent: OpenAgent,
    progress: AlignProgress,
  ): Promise<AlignmentResult | null> {
    if (decide === null && canDecide)
      return decideOnTerminal(request, agent, context, progress, signature);
    if (decide === null) {
      if (json) writeJson(context, reviewJson(request));
      else writeReview(context, request);
      return null;
    }
    const { onEvent } = progress;
    const answer = { ...signature, ...decide(request) };
    const result = await agent.review(user, answer, { signal, onEvent });
    progress.stop();
    if (result.review === null) return result;
    const { problem } = result.review;
    if (problem !== null)
      throw new PersonaAgentError(
        "config-invalid",
        `The decision was not taken, and the new persona still waits: ${problem}`,
      );
    if (!json) writeReview(context, result.review);
    return result;
  }
}

/** @returns What to answer to the request; `null` without a decision. */
async function parseDecision(
  { approve, reject, edit }: ReviewOptions,
  context: CommandContext,
): Promise<((request: ReviewRequest) => ReviewAnswer) | null> {
  if ([approve, reject, edit].filter((option) => option !== undefined).length > 1)
    throw new PersonaAgentError(
      "config-invalid",
      "More than one decision was given; expected one of --approve, --edit and --reject. Name one.",
    );
  if (approve) return () => ({ decision: "approve" });
  if (reject) return () => ({ decision: "reject" });
  if (edit === undefined) return null;
  const text = await readEdit(edit, context);
  return (request) => parseEdit(text, request);
}
