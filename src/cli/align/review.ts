import type { Command } from "commander";
import type { ReviewAnswer, ReviewRequest } from "../../domain/persona/review-request.js";
import { parseUserId } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../errors.js";
import type { AlignmentResult, AlignSettings } from "../../app/alignment-runs/aligner.js";
import { noPendingReview } from "../../app/alignment-runs/no-pending-review.js";
import type { OpenAgent } from "../../app/open-persona-agent.js";
import { type AlignProgress, createAlignProgress } from "./align-progress.js";
import { alignmentJson, reviewJson, writeAlignment } from "./align-report.js";
import { commonOptions, withAgent, writeJson } from "../cli-context.js";
import type { CliContext } from "../cli-context.js";
import { editOf, readEdit } from "./review-edit.js";
import { canAsk, decideOnTerminal } from "./review-question.js";
import { writeReview } from "./review-report.js";

export interface ReviewOptions {
  readonly user: string;
  readonly approve?: true;
  readonly reject?: true;
  readonly edit?: string;
  readonly note?: string;
  readonly author?: string;
}

type Decide = (request: ReviewRequest) => ReviewAnswer;

export async function runReview(
  options: ReviewOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const user = parseUserId(options.user);
  const { json } = commonOptions(command);
  const { note, author } = options;
  if (!canBeSigned(options, json, context))
    throw new PersonaAgentError(
      "config-invalid",
      "--note or --author was given without a decision; expected one of --approve, --edit and --reject beside them. Name one, or leave them out.",
    );
  const signed = { ...(note && { note }), ...(author && { author }) };
  const decide = await parseDecision(options, context);
  const work = async (agent: OpenAgent) => {
    const request = await agent.pendingReview(user);
    if (request === null) throw await noPendingReview(user, agent.memory);
    const progress = createAlignProgress(context.stderr, {
      ...((await agent.memory.alignments.get(user)).settings as AlignSettings),
      batch: request.items.length,
    });
    const result = await decided(request, agent, progress).finally(progress.stop);
    if (result === null) return;
    if (json) writeJson(context, alignmentJson(result));
    else writeAlignment(context, result, await agent.memory.personas.history(user));
  };
  await withAgent(context, command, work, { settles: true });

  /** Null when no decision was made. */
  async function decided(
    request: ReviewRequest,
    agent: OpenAgent,
    progress: AlignProgress,
  ): Promise<AlignmentResult | null> {
    if (decide === null && !json && canAsk(context))
      return decideOnTerminal(request, agent, { ...context, progress }, signed);
    if (decide === null) {
      if (json) writeJson(context, reviewJson(request));
      else writeReview(context, request);
      return null;
    }
    const { onEvent } = progress;
    const { signal } = context;
    const result = await agent.review(user, { ...signed, ...decide(request) }, { signal, onEvent });
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

/** Whether a note and an author, where given, go with a decision: one that is named, or asked for. */
function canBeSigned(options: ReviewOptions, json: boolean, context: CliContext): boolean {
  const { approve, reject, edit, note, author } = options;
  return (
    (note ?? author) === undefined ||
    (approve ?? reject ?? edit) !== undefined ||
    (!json && canAsk(context))
  );
}

async function parseDecision(
  { approve, reject, edit }: ReviewOptions,
  context: CliContext,
): Promise<Decide | null> {
  const given = [approve, reject, edit].filter((option) => option !== undefined).length;
  if (given > 1)
    throw new PersonaAgentError(
      "config-invalid",
      "More than one decision was given; expected one of --approve, --edit and --reject. Name one.",
    );
  if (approve) return () => ({ decision: "approve" });
  if (reject) return () => ({ decision: "reject" });
  if (edit === undefined) return null;
  const text = await readEdit(edit, context);
  return (request) => editOf(text, request);
}
