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
  /** Why the response was wrong, in the user's own words; `null` unless given with `edit` or `reject`. */
  readonly reason: string | null;
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
 * @throws {PersonaAgentError} `config-invalid` for kind, author, or a text or reason that the kind does not take;
 *   `config-message-invalid` for the text or the reason.
 */
export function parseFeedback(
  feedback: {
    readonly kind?: unknown;
    readonly text?: unknown;
    readonly reason?: unknown;
    readonly author?: unknown;
  },
  user: string,
): GivenFeedback {
  const { data: kind } = feedbackKindSchema.safeParse(feedback.kind);
  if (kind === undefined)
    throw invalid(
      `The feedback's kind is ${shown(feedback.kind)}; expected answer, edit, accept or reject. Send one of them.`,
    );
  const author = parseAuthor(feedback.author ?? user);
  const text = feedback.text ?? null;
  const reason = parseReason(feedback.reason ?? null, kind);
  if (kind === "answer" || kind === "edit")
    return { kind, text: parseMessageText(text ?? "", textNames[kind]), reason, author };
  if (text !== null)
    throw invalid(
      `Feedback of the kind ${kind} came with a text; expected one with answer and edit only. Leave it out, or send it as edit.`,
    );
  return { kind, text, reason, author };
}

function parseReason(reason: unknown, kind: Feedback["kind"]): string | null {
  if (reason === null) return null;
  if (kind === "edit" || kind === "reject") return parseMessageText(reason, "The reason");
  throw invalid(
    `Feedback of the kind ${kind} came with a reason; expected one with edit and reject only. Leave it out, or send it as reject.`,
  );
}

/**
 * Applies feedback to an episode; the latest counts, and replaces all that was inferred. A `reject` keeps a true answer
 * that a person gave, which is still what the user wanted, and removes one that only said that the response was right.
 * The same feedback again without its reason keeps the reason.
 *
 * @param at - When it came, ISO 8601.
 * @throws {PersonaAgentError} `config-invalid` for an `accept` of an episode without a response.
 */
export function applyFeedback(
  episode: Pick<Episode, "response" | "groundTruth" | "feedback">,
  { kind, text, author, ...given }: GivenFeedback,
  at: string,
): AppliedFeedback {
  const before = { feedback: episode.feedback, groundTruth: episode.groundTruth };
  const groundTruth = text === null ? verdictAnswer(episode, kind) : storedAnswer(text);
  const reason = given.reason && storableText(given.reason, episodeTextLimits.reason);
  const isSameAnswer = groundTruth === before.groundTruth;
  const { feedback: earlier } = episode;
  const isGiven =
    earlier?.inferred === null &&
    earlier.kind === kind &&
    earlier.author === author &&
    (reason === null || earlier.reason === reason);
  if (isSameAnswer && isGiven)
    return { outcome: "unchanged", previous: null, groundTruth, feedback: earlier };
  const isReplaced = before.feedback !== null || (before.groundTruth !== null && !isSameAnswer);
  return {
    outcome: isReplaced ? "replaced" : "recorded",
    previous: isReplaced ? before : null,
    groundTruth,
    feedback: { kind, author, at, reason, inferred: null },
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
