import { parseFeedback } from "../../domain/feedback.js";
import { PersonaAgentError } from "../../system/errors.js";
import type { FeedbackGiven, FeedbackResult } from "../../app/give-feedback.js";
import { type CommandContext, withAgent, writeJson } from "../cli-context.js";
import { newTrueAnswers } from "../output/figures.js";
import { printableLine } from "../output/printable.js";

interface FeedbackOptions {
  readonly user: string;
  readonly author?: string;
  readonly reason?: string;
  readonly answer?: string;
  readonly edit?: string;
  readonly accept?: true;
  readonly reject?: true;
}

export async function runFeedback(
  options: FeedbackOptions,
  context: CommandContext,
  episodeId: string,
): Promise<void> {
  const { user, author, reason } = options;
  const feedback = { episodeId, ...parseKind(options), reason, author };
  parseFeedback(feedback, user);
  const result = await withAgent(context, (agent) => agent.feedback(user, feedback));
  if (context.json) return writeJson(context, feedbackJson(episodeId, result));
  context.stdout.write(`${sentences(episodeId, result).join("\n")}\n`);
}

function parseKind(options: FeedbackOptions): Pick<FeedbackGiven, "kind" | "text"> {
  const kinds = (["answer", "edit", "accept", "reject"] as const).filter(
    (kind) => options[kind] !== undefined,
  );
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1)
    throw new PersonaAgentError(
      "config-invalid",
      `${kind === undefined ? "No feedback was" : "More than one kind of feedback was"} given; expected one of --answer, --edit, --accept and --reject. Name one.`,
    );
  const text = options[kind];
  return typeof text === "string" ? { kind, text } : { kind };
}

/** What `feedback --json` prints. This shape is a contract. */
function feedbackJson(
  id: string,
  { episode, outcome, previous, alignment, rollback, degraded }: FeedbackResult,
) {
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

function sentences(
  id: string,
  { outcome, previous, alignment, rollback, degraded }: FeedbackResult,
) {
  const { newAnswers, due } = alignment;
  return [
    {
      recorded: `Recorded for ${id}.`,
      replaced: `Recorded for ${id}, in place of ${previous && replaced(previous)}.`,
      unchanged: `${id} has this feedback already.`,
    }[outcome],
    ...(rollback === null ? [] : [rollback.reason]),
    `${newTrueAnswers(newAnswers)} since the last alignment${due ? ": an alignment is due" : ""}.`,
    ...(degraded.length === 0 ? [] : [`Not everything worked: ${degraded.join(", ")}.`]),
  ];
}

/** `answer “tea” of 2026-05-01`; an answer that came with the interaction has no kind and no day. */
function replaced({ kind, at, answer, reason }: NonNullable<FeedbackResult["previous"]>): string {
  const text = answer === null || kind === "reject" ? "" : ` “${printableLine(answer, 60)}”`;
  const why = reason === null ? "" : ` (${printableLine(reason, 60)})`;
  return `${kind ?? "the answer"}${text}${why}${at === null ? "" : ` of ${at.slice(0, 10)}`}`;
}
