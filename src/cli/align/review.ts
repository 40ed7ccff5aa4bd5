import type { VerbOutput } from "../../contract/verbs.js";
import type { ReviewAnswer } from "../../domain/persona/review-request.js";
import { PersonaAgentError } from "../../system/errors.js";
import { type CommandContext, writeJson } from "../cli-context.js";
import type { CallVerb } from "../../app/verbs/verb-hooks.js";
import { readLog, type ServerOption, withVerbs } from "../remote/with-verbs.js";
import { type AlignProgress, createAlignProgress } from "./align-progress.js";
import { throwIfBudgetSpent, writeAlignment } from "./align-report.js";
import { canAsk, decideOnTerminal, parseEdit, readEdit } from "./review-question.js";
import { writeReview } from "./review-report.js";

type ReviewRequest = VerbOutput<"review">;

interface ReviewOptions extends ServerOption {
  readonly user: string;
  readonly approve?: true;
  readonly reject?: true;
  readonly edit?: string;
  readonly note?: string;
  readonly author?: string;
}

export async function runReview(options: ReviewOptions, context: CommandContext): Promise<void> {
  const { user, note, author, url } = options;
  const { json, signal } = context;
  const decide = await parseDecision(options, context);
  const canDecide = decide !== null || (!json && canAsk(context));
  if ((note ?? author) !== undefined && !canDecide)
    throw new PersonaAgentError(
      "config-invalid",
      "--note or --author was given without a decision; expected one of --approve, --edit and --reject beside them. Name one, or leave them out.",
    );
  const signature = { ...(note && { note }), ...(author && { author }) };
  await withVerbs(
    context,
    { url },
    async (call) => {
      const request = await call("review", { user });
      const progress = createAlignProgress(context.stderr, { batch: request.items.length });
      const result = await decideOn(request, call, progress).finally(progress.stop);
      if (result === null) return;
      if (json) writeJson(context, result);
      else writeAlignment(context, result, await readLog(call, user));
      throwIfBudgetSpent(result);
    },
    { handlesSignal: true },
  );

  /** @returns `null` when no decision was made. */
  async function decideOn(
    request: ReviewRequest,
    call: CallVerb,
    progress: AlignProgress,
  ): Promise<VerbOutput<"decide"> | null> {
    if (decide === null && canDecide)
      return decideOnTerminal(request, call, context, progress, signature);
    if (decide === null) {
      if (json) writeJson(context, request);
      else writeReview(context, request);
      return null;
    }
    const { onEvent: onProgress } = progress;
    const input = { user, ...signature, ...decide(request) };
    const result = await call("decide", input, { signal, onProgress });
    progress.stop();
    if (result.review !== null && !json) writeReview(context, result.review);
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
