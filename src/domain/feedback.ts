import { PersonaAgentError } from "../errors.js";
import { type Episode, episodeTextLimits, type Feedback, feedbackSchema } from "./episode.js";
import { parseMessageText, storableText } from "./text/storable-text.js";

/**
 * What a person says of one episode:
 * - `answer`: what the user really answered.
 * - `edit`: the response as it should have been.
 * - `accept`: the response was right, and is the true answer.
 * - `reject`: the response was wrong; what would be right is not said.
 */
export interface GivenFeedback {
  readonly kind: Feedback["kind"];
  /** `null` for `accept` and `reject`, and for no others. */
  readonly text: string | null;
  readonly author: string;
}

/** What comes of it. */
export interface AppliedFeedback {
  /** `recorded`: nothing was replaced. `replaced`: earlier feedback, or another answer, was. `unchanged`: said before. */
  readonly outcome: "recorded" | "replaced" | "unchanged";
  /** What was replaced; `null` unless something was. */
  readonly previous: Pick<Episode, "feedback" | "groundTruth"> | null;
  /** What stands now; what stood for `unchanged`. */
  readonly groundTruth: string | null;
  readonly feedback: Feedback;
}

const maxAuthorLength = 200;

/**
 * Checks feedback that a caller sent. A `null` is as good as nothing.
 *
 * @param user - The author unless one is named.
 * @throws {PersonaAgentError} `config-invalid` for kind, author, or a text that the kind does not take;
 *   `config-message-invalid` for the text.
 */
export function parseFeedback(
  given: { readonly kind?: unknown; readonly text?: unknown; readonly author?: unknown },
  user: string,
): GivenFeedback {
  const kind = feedbackSchema.shape.kind.safeParse(given.kind);
  if (!kind.success)
    throw refused(
      `The feedback's kind is ${shown(given.kind)}; expected answer, edit, accept or reject. Send one of them.`,
    );
  const author = parseAuthor(given.author ?? user);
  if (kind.data === "answer" || kind.data === "edit")
    return {
      kind: kind.data,
      text: parseMessageText(given.text ?? "", textNames[kind.data]),
      author,
    };
  if (given.text !== undefined && given.text !== null)
    throw refused(
      `Feedback of the kind ${kind.data} came with a text; expected one with answer and edit only. Leave it out, or send it as edit.`,
    );
  return { kind: kind.data, text: null, author };
}

/**
 * Decides what feedback makes of an episode. The latest stands. A `reject` keeps a true answer that somebody gave: it is
 * still what the user wanted. It takes away one that says that the response was right.
 *
 * @param at - When it came, ISO 8601.
 * @throws {PersonaAgentError} `config-invalid` for an `accept` of an episode without a response.
 */
export function applyFeedback(
  episode: Pick<Episode, "response" | "groundTruth" | "feedback">,
  { kind, text, author }: GivenFeedback,
  at: string,
): AppliedFeedback {
  const stood = { feedback: episode.feedback, groundTruth: episode.groundTruth };
  const groundTruth = text === null ? verdictAnswer(episode, kind) : storedAnswer(text);
  const isSameAnswer = groundTruth === stood.groundTruth;
  if (isSameAnswer && stood.feedback?.kind === kind && stood.feedback.author === author)
    return {
      outcome: "unchanged",
      previous: null,
      groundTruth,
      feedback: stood.feedback,
    };
  const isReplaced = stood.feedback !== null || (stood.groundTruth !== null && !isSameAnswer);
  return {
    outcome: isReplaced ? "replaced" : "recorded",
    previous: isReplaced ? stood : null,
    groundTruth,
    feedback: { kind, author, at },
  };
}

function verdictAnswer(
  { response, groundTruth, feedback }: Pick<Episode, "response" | "groundTruth" | "feedback">,
  kind: Feedback["kind"],
): string | null {
  const accepted = response === null || response.trim() === "" ? null : storedAnswer(response);
  if (kind === "reject")
    return feedback?.kind === "accept" || groundTruth === accepted ? null : groundTruth;
  if (accepted !== null) return accepted;
  throw refused(
    "The episode has no response to accept; expected one that the agent answered. Send what the user really answered as answer.",
  );
}

/** As it will be stored, so that the same text is known again. */
function storedAnswer(text: string): string {
  return storableText(text, episodeTextLimits.groundTruth);
}

const textNames = { answer: "The true answer", edit: "The corrected response" } as const;

function parseAuthor(author: unknown): string {
  if (typeof author === "string" && author.trim() !== "" && author.length <= maxAuthorLength)
    return storableText(author, maxAuthorLength);
  throw refused(
    `The feedback's author is ${shown(author)}; expected a name of 1 to ${maxAuthorLength} characters. Correct it, or leave it out for the user.`,
  );
}

function shown(value: unknown): string {
  return value === undefined ? "missing" : (JSON.stringify(value) ?? "no text").slice(0, 60);
}

function refused(message: string) {
  return new PersonaAgentError("config-invalid", message);
}
