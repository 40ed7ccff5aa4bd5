import type { z } from "zod";
import { PersonaAgentError } from "../system/errors.js";
import { type Episode, episodeTextLimits, type Feedback, feedbackKindSchema } from "./episode.js";
import { parseMessageText, storableText } from "./text/storable-text.js";

/**
 * A person's feedback on one episode:
 * - `answer`: what the user really answered.
 * - `edit`: the response as it should have been.
 * - `accept`: the response was right, and is the true answer.
 * - `reject`: the response was wrong; the right one is not given.
 */
export interface GivenFeedback {
  readonly kind: z.output<typeof feedbackKindSchema>;
  /** `null` for `accept` and `reject`, and for no others. */
  readonly text: string | null;
  readonly author: string;
}

/** The effect on the episode. */
export interface AppliedFeedback {
  /** `replaced`: earlier feedback, or another answer, was replaced. `unchanged`: the same feedback was there already. */
  readonly outcome: "recorded" | "replaced" | "unchanged";
  /** The replaced values; `null` unless something was replaced. */
  readonly previous: Pick<Episode, "feedback" | "groundTruth"> | null;
  /** The new values; for `unchanged` the old ones. */
  readonly groundTruth: string | null;
  readonly feedback: Feedback;
}

const maxAuthorLength = 200;

/**
 * Checks feedback that a caller sent. `null` counts as missing.
 *
 * @param user - The author unless one is named.
 * @throws {PersonaAgentError} `config-invalid` for kind, author, or a text that the kind does not take;
 *   `config-message-invalid` for the text.
 */
export function parseFeedback(
  feedback: { readonly kind?: unknown; readonly text?: unknown; readonly author?: unknown },
  user: string,
): GivenFeedback {
  const { data: kind } = feedbackKindSchema.safeParse(feedback.kind);
  if (kind === undefined)
    throw invalid(
      `The feedback's kind is ${shown(feedback.kind)}; expected answer, edit, accept or reject. Send one of them.`,
    );
  const author = parseAuthor(feedback.author ?? user);
  const text = feedback.text ?? null;
  if (kind === "answer" || kind === "edit")
    return { kind, text: parseMessageText(text ?? "", textNames[kind]), author };
  if (text !== null)
    throw invalid(
      `Feedback of the kind ${kind} came with a text; expected one with answer and edit only. Leave it out, or send it as edit.`,
    );
  return { kind, text, author };
}

/**
 * Applies feedback to an episode; the latest counts, and replaces all that was inferred. A `reject` keeps a true answer
 * that a person gave, which is still what the user wanted, and removes one that only said that the response was right.
 *
 * @param at - When it came, ISO 8601.
 * @throws {PersonaAgentError} `config-invalid` for an `accept` of an episode without a response.
 */
export function applyFeedback(
  episode: Pick<Episode, "response" | "groundTruth" | "feedback">,
  { kind, text, author }: GivenFeedback,
  at: string,
): AppliedFeedback {
  const before = { feedback: episode.feedback, groundTruth: episode.groundTruth };
  const groundTruth = text === null ? verdictAnswer(episode, kind) : storedAnswer(text);
  const isSameAnswer = groundTruth === before.groundTruth;
  const { feedback: earlier } = episode;
  const isGiven = earlier?.inferred === null && earlier.kind === kind && earlier.author === author;
  if (isSameAnswer && isGiven)
    return { outcome: "unchanged", previous: null, groundTruth, feedback: earlier };
  const isReplaced = before.feedback !== null || (before.groundTruth !== null && !isSameAnswer);
  return {
    outcome: isReplaced ? "replaced" : "recorded",
    previous: isReplaced ? before : null,
    groundTruth,
    feedback: { kind, author, at, inferred: null },
  };
}

function verdictAnswer(
  { response, groundTruth, feedback }: Pick<Episode, "response" | "groundTruth" | "feedback">,
  kind: Feedback["kind"],
): string | null {
  const accepted = response === null || response.trim() === "" ? null : storedAnswer(response);
  if (kind === "reject")
    return feedback?.kind === "accept" || feedback?.inferred || groundTruth === accepted
      ? null
      : groundTruth;
  if (accepted !== null) return accepted;
  throw invalid(
    "The episode has no response to accept; expected one that the agent answered. Send what the user really answered as answer.",
  );
}

/** As it will be stored, so that the same text is recognised. */
function storedAnswer(text: string): string {
  return storableText(text, episodeTextLimits.groundTruth);
}

const textNames = { answer: "The true answer", edit: "The corrected response" } as const;

function parseAuthor(author: unknown): string {
  if (typeof author === "string" && author.trim() !== "" && author.length <= maxAuthorLength)
    return storableText(author, maxAuthorLength);
  throw invalid(
    `The feedback's author is ${shown(author)}; expected a name of 1 to ${maxAuthorLength} characters. Correct it, or leave it out for the user.`,
  );
}

function shown(value: unknown): string {
  return value === undefined ? "missing" : (JSON.stringify(value) ?? "no text").slice(0, 60);
}

function invalid(message: string) {
  return new PersonaAgentError("config-invalid", message);
}
