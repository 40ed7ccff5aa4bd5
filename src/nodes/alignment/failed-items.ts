import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import { type FailedItem, tooFewItems } from "../../domain/alignment/failed-item.js";
import { answerOf } from "../../domain/alignment/simulated-answer.js";
import { usageOfError } from "../../domain/usage.js";
import { concernsOneCall } from "../../model/model-errors.js";
import type { AlignmentState } from "../../state/alignment-state.js";
import type { PersonaAgentError } from "../../system/errors.js";

/** The name in `configurable` of what tells one call of a run from the next, which resumes it. */
export const runAttempt = "__persona_agent_attempt";

type Subject = Pick<FailedItem, "step" | "persona" | "episodeId" | "repeat">;
type Results = Pick<AlignmentState, "answers" | "critiques" | "judgements" | "failures">;

function attemptOf({ configurable }: LangGraphRunnableConfig): string {
  return String(configurable?.[runAttempt] ?? "");
}

/**
 * What a task leaves whose model call failed for good: the record of it, and what was spent before.
 *
 * @throws Every error that says nothing of the item: of memory, settings, the key, an abort.
 */
export function withoutResult(
  error: unknown,
  subject: Subject,
  runtime: LangGraphRunnableConfig,
): Pick<AlignmentState, "failures" | "usage"> {
  runtime.signal?.throwIfAborted();
  if (!concernsOneCall(error)) throw error;
  const { status } = error.details;
  const failure = {
    ...subject,
    attempt: attemptOf(runtime),
    message: error.message,
    status: typeof status === "number" ? status : null,
  };
  return { failures: [failure], usage: usageOfError(error.details) };
}

/** What failed and was not made good by asking again. */
export function missingItems(state: Results): FailedItem[] {
  return state.failures.filter((failure, place) => {
    const isLatest = !state.failures.slice(place + 1).some((later) => isSame(later, failure));
    return isLatest && !isThere(failure, state);
  });
}

/** Whether a result is to be asked for: it is not there, and did not fail in this call of the run and this iteration. */
export function isToBeAsked(
  subject: Subject,
  state: Results,
  runtime: LangGraphRunnableConfig,
): boolean {
  if (isThere(subject, state)) return false;
  const attempt = attemptOf(runtime);
  return !state.failures.some((failure) => failure.attempt === attempt && isSame(failure, subject));
}

/**
 * The error where failures leave fewer than half of the items; null if there are enough, or nothing failed.
 *
 * @param what - The items in words.
 */
export function shortage(
  [there, wanted]: readonly [there: number, wanted: number],
  what: string,
  failures: readonly FailedItem[],
): PersonaAgentError | null {
  if (failures.length === 0 || there * 2 >= wanted) return null;
  return tooFewItems([there, wanted], what, failures);
}

/** The failures not made good that concern these items and the present parent or candidates. */
export function failuresOf(
  items: readonly AlignmentItem[],
  state: Results & Pick<AlignmentState, "parent" | "candidates">,
): FailedItem[] {
  const personas = [state.parent?.key, ...state.candidates.map(({ key }) => key)];
  return missingItems(state).filter(
    ({ persona, episodeId }) =>
      personas.includes(persona) && items.some((item) => item.episodeId === episodeId),
  );
}

function isSame(a: Subject, b: Subject): boolean {
  return (
    a.step === b.step &&
    a.persona === b.persona &&
    a.episodeId === b.episodeId &&
    a.repeat === b.repeat
  );
}

function isThere({ step, persona, episodeId, repeat }: Subject, state: Results): boolean {
  switch (step) {
    case "answer":
      return answerOf(state.answers, { persona, episodeId, repeat }) !== undefined;
    case "critique":
      return state.critiques.some(
        (each) => each.persona === persona && each.episodeId === episodeId,
      );
    case "judgement":
      return state.judgements.some(
        (each) => each.candidate === persona && each.episodeId === episodeId,
      );
  }
}
