import { z } from "zod";
import { type Episode, episodeTextLimits, type Feedback, feedbackSchema } from "./episode.js";
import { agreesTo } from "./text/assent.js";
import { isOnlyQuoted, ownWords, standsIn } from "./text/own-words.js";
import { storableText } from "./text/storable-text.js";

/** How a later message of a thread reacts to a response, as a model read it. */
export interface Reaction {
  /** The episode that was answered. */
  readonly of: Episode;
  /** The later episode whose question shows the reaction. */
  readonly shownBy: Episode;
  readonly kind: "corrected" | "accepted" | "asked-again" | "dropped";
  /** The words of the later message that show it. */
  readonly words: string;
  /** The right answer in the words of the later message; empty where it gives none. */
  readonly trueAnswer: string;
  /** 0 to 1. */
  readonly confidence: number;
}

/** What an episode learns from a reaction. Plain JSON; it names no user. */
export const inferredFeedbackSchema = z.strictObject({
  episodeId: z.string(),
  kind: feedbackSchema.shape.kind,
  groundTruth: z.string().nullable(),
  /** Of a rejection, the user's words that show it. */
  reason: z.string().nullable(),
  /** When the message was sent that shows it. */
  at: feedbackSchema.shape.at,
  /** The episode with that message. */
  shownBy: z.string(),
  confidence: z.number().min(0).max(1),
});
export type InferredFeedback = z.output<typeof inferredFeedbackSchema>;

/**
 * Least confidence that counts. The prompt asks for 0.7 where the context leaves little doubt; below, a model guesses,
 * and a wrong reaction costs more than a missed one, because nobody looks at it.
 */
const leastConfidence = 0.7;

/**
 * Least confidence with which an accepted response becomes the true answer. Higher, because thanks and silence are
 * polite: a persona that takes its own answers for the user's learns to stay as it is.
 */
const sureAcceptance = 0.9;

/**
 * The feedback in a reaction; `null` where it does not stand up to what can be checked:
 *
 * - the message follows in the same thread, and the episode has a response, no true answer and no feedback;
 * - the words stand in the part of the message that the user wrote, and so does the true answer: what the message
 *   quotes is somebody else's. A true answer may stand between quotation marks, the words of the reaction not alone;
 * - the confidence is high enough.
 *
 * An accepted response is the true answer only where the words themselves agree to it (`agreesTo`).
 *
 * A correction with a true answer is an `answer`; without one, or with one that the message does not give, a `reject`.
 */
export function inferFeedback(reaction: Reaction): InferredFeedback | null {
  const { of, shownBy, words, confidence } = reaction;
  const { response, threadId } = of;
  const own = ownWords(shownBy.query);
  const follows = threadId !== null && shownBy.threadId === threadId && shownBy.id > of.id;
  if (!follows || shownBy.at === null || !canBeInferred(of) || !standsIn(words, own)) return null;
  if (isOnlyQuoted(words, own)) return null;
  if (response === null || !(confidence >= leastConfidence && confidence <= 1)) return null;
  const kind = kindOf(reaction, own);
  // The response that was replaced may be the one that was accepted.
  if (kind === null || (kind === "accept" && of.replacedResponses.length > 0)) return null;
  const isTaken =
    kind === "accept" && confidence >= sureAcceptance && agreesTo(response, words, shownBy.query);
  const text = kind === "answer" ? reaction.trueAnswer.trim() : isTaken ? response : null;
  return {
    episodeId: of.id,
    kind,
    groundTruth: text === null ? null : storableText(text, episodeTextLimits.groundTruth),
    reason: kind === "reject" ? storableText(words.trim(), episodeTextLimits.reason) : null,
    at: shownBy.at,
    shownBy: shownBy.id,
    confidence,
  };
}

/** Whether inference may say something of an episode: what somebody gave, or was inferred before, stays. */
export function canBeInferred({ response, groundTruth, feedback }: Episode): boolean {
  return (response ?? "").trim() !== "" && groundTruth === null && feedback === null;
}

/** The most telling feedback for each episode: a true answer first, then the one of most confidence, then the latest. */
export function strongestOfEach(all: readonly InferredFeedback[]): InferredFeedback[] {
  const best = new Map<string, InferredFeedback>();
  const rank = ({ kind, confidence }: InferredFeedback) =>
    Number(kind === "answer") * 2 + confidence;
  for (const each of all.toSorted((a, b) => (a.shownBy < b.shownBy ? -1 : 1))) {
    const other = best.get(each.episodeId);
    if (other === undefined || rank(each) >= rank(other)) best.set(each.episodeId, each);
  }
  return [...best.values()].toSorted((a, b) => (a.episodeId < b.episodeId ? -1 : 1));
}

/** `null` for a correction to what the response was: one of the two is misread. */
function kindOf({ kind, trueAnswer, of }: Reaction, own: string): Feedback["kind"] | null {
  if (kind === "accepted") return "accept";
  if (kind !== "corrected") return kind;
  if (trueAnswer.trim() === of.response?.trim()) return null;
  return standsIn(trueAnswer, own) ? "answer" : "reject";
}
