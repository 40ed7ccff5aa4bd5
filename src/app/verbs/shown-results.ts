import type { VerbOutput } from "../../contract/verbs.js";
import type { ReviewRequest } from "../../domain/persona/review-request.js";
import type { AlignmentResult } from "../alignment-runs/aligner.js";
import type { TurnResult } from "../ask.js";
import type { FeedbackResult } from "../give-feedback.js";
import type { ReflectionResult } from "../reflect.js";
import { showLines } from "./learned.js";

export function showTurn(
  user: string,
  turn: Omit<TurnResult, "alignment" | "reflection">,
  seconds: number,
): VerbOutput<"ask"> {
  const { answer, personaVersion, episodeId, recalled, tools, degraded, usage } = turn;
  return {
    user,
    answer,
    personaVersion,
    episodeId,
    recalled: recalled.map(({ id, score }) => ({ id, score })),
    tools: tools.map(({ name, ok }) => ({ name, ok })),
    degraded,
    calls: usage.calls,
    tokens: usage.tokens,
    seconds,
  };
}

export function showFeedback(
  id: string,
  { episode, outcome, previous, alignment, rollback, degraded }: FeedbackResult,
): VerbOutput<"feedback"> {
  return {
    episode: id,
    outcome,
    answer: episode?.groundTruth ?? null,
    previous,
    alignment,
    rollback: rollback && { version: rollback.version, reason: rollback.reason },
    degraded,
  };
}

export function showAlignment(result: AlignmentResult): VerbOutput<"align"> {
  const { user, mode, runId, iterations, head, usage, seconds, review, degraded } = result;
  return {
    user,
    mode,
    runId,
    iterations: [...iterations],
    head: {
      version: head.version,
      lines: showLines(head.lines),
      paperText: head.paperSystemPrompt,
    },
    calls: usage.calls,
    tokens: usage.tokens,
    seconds,
    review: review && showReview(review),
    degraded: [...degraded],
  };
}

export function showReview({
  paperSystemPrompt: paperText,
  ...request
}: ReviewRequest): VerbOutput<"review"> {
  // Copied as the plain JSON that it is, and so without `readonly`.
  return { ...(structuredClone(request) as VerbOutput<"review">), paperText };
}

export function showReflection({
  outcome,
  profile,
  reactions,
  alignment,
  rollback,
  degraded,
  usage,
}: ReflectionResult): VerbOutput<"reflect"> {
  const { calls, tokens } = usage;
  return {
    outcome,
    profile,
    reactions,
    calls,
    tokens,
    alignment,
    rollback: rollback && { version: rollback.version, reason: rollback.reason },
    degraded,
  };
}
