import { createHash } from "node:crypto";
import { z } from "zod";
import { answerOptionsSchema, answerScaleSchema } from "./stated-answers.js";
import type { UserKey } from "./user-id.js";

/** What a person can give as feedback. */
export const feedbackKindSchema = z.enum(["answer", "edit", "accept", "reject"]);

/** Where a true answer, or a judgement of the response, came from. */
export const feedbackSchema = z.strictObject({
  /**
   * Only inference gives the last two: the user asked the same again, or gave the question up. They say nothing of the
   * true answer.
   */
  kind: z.enum([...feedbackKindSchema.options, "asked-again", "dropped"]),
  /** Who gave it, as the caller names them. */
  author: z.string(),
  /** When it was given; of inferred feedback, when the message was sent that shows it. */
  at: z.iso.datetime(),
  /** Why the response was wrong, in the user's own words; with `reject` and `edit` only, and not always. */
  reason: z.string().nullable().default(null),
  /** `null` for feedback that somebody gave. */
  inferred: z
    .strictObject({
      /** The later episode of the thread whose question shows it. */
      episodeId: z.string(),
      /** The model's own estimate, 0 to 1. */
      confidence: z.number().min(0).max(1),
    })
    .nullable()
    .default(null),
});
export type Feedback = z.output<typeof feedbackSchema>;

/**
 * One interaction of one user: the paper's event (query, true answer, metadata). Plain JSON.
 * An episode without a true answer is recalled like any other, but teaches nothing.
 */
export const episodeSchema = z.strictObject({
  schemaVersion: z.literal(3),
  /** Time-ordered: sorting ids as text sorts episodes by time. Letters and digits only. */
  id: z.string().regex(/^[0-9a-v]{26}$/),
  /** When it happened, ISO 8601 UTC; `null` for an imported item without a date. */
  at: z.iso.datetime().nullable(),
  /** What the user asked or said. */
  query: z.string(),
  /** The answers that the query allows, where its source states them; `null` otherwise, and beside a scale. */
  options: answerOptionsSchema.nullable(),
  /** The scale that its answer is a number on, where its source states one; `null` otherwise. */
  scale: answerScaleSchema.nullable(),
  /** What the agent answered; `null` for an imported item that no agent answered. */
  response: z.string().nullable(),
  /** What the user really answered, chose or wanted; `null` while unknown. */
  groundTruth: z.string().nullable(),
  feedback: feedbackSchema.nullable(),
  /** Responses that a regenerated or forked turn replaced, oldest first. */
  replacedResponses: z.array(z.string()),
  /** Names of the tools that were called, in order. */
  toolsUsed: z.array(z.string()),
  /** The persona version that answered; `null` where no persona did. */
  personaVersion: z.number().int().nonnegative().nullable(),
  threadId: z.string().nullable(),
  /**
   * `turn`: here, with this agent. `import`: elsewhere, and the query is the user's. `foreign`: imported text of others,
   * which may be recalled and is never evidence.
   */
  source: z.enum(["turn", "import", "foreign"]),
  /** The benchmark task the item belongs to, as LaMP names it (`LaMP_3`); `null` otherwise. */
  task: z.string().nullable(),
});
export type Episode = z.output<typeof episodeSchema>;

/** An interaction that came from elsewhere, and of which nothing has happened here yet. */
export function importedEpisode({
  isForeign = false,
  ...given
}: Pick<
  Episode,
  "id" | "at" | "query" | "options" | "scale" | "response" | "groundTruth" | "task"
> & {
  /** Whether others wrote it; it then has no true answer. */
  readonly isForeign?: boolean;
}): Episode {
  return {
    schemaVersion: 3,
    ...given,
    feedback: null,
    replacedResponses: [],
    toolsUsed: [],
    personaVersion: null,
    threadId: null,
    source: isForeign ? "foreign" : "import",
  };
}

/**
 * Whether what is known of an episode's true answer is the user's own word: they gave it, a model read it in their next
 * message, it came with an import of theirs, or from somebody who counts.
 *
 * @param counts - Whether feedback of this author, who is not the user, stands for the user's own.
 */
export function hasUsersWord(
  { feedback }: Pick<Episode, "feedback">,
  user: string,
  counts: (author: string) => boolean,
): boolean {
  if (feedback === null || feedback.inferred !== null) return true;
  return feedback.author === user || counts(feedback.author);
}

/** Whether a text has the form of an episode id. */
export function isEpisodeId(text: string): boolean {
  return episodeSchema.shape.id.safeParse(text).success;
}

/** Milliseconds added so that times of any year after 0, and undated items before them, are positive. */
const orderOffset = 62_167_219_200_000 + 10_000_000_000;

/**
 * An episode's place in its user's time line: milliseconds since 1970 for a dated one; below every
 * dated one, by position, for an undated one.
 *
 * @param position - Place of an undated item in its history, from 0 (oldest).
 */
export function episodeOrder(at: string | null, position = 0): number {
  return at === null ? position - orderOffset : Date.parse(at);
}

/** The order number that an episode id begins with; inverse of the id's first ten characters. */
export function orderOfId(id: string): number {
  return Number.parseInt(id.slice(0, 10), 32) - orderOffset;
}

function idOf(order: number, identity: string): string {
  return (order + orderOffset).toString(32).padStart(10, "0") + identity;
}

function identityOf(parts: readonly (string | null)[]): string {
  const hash = createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  return BigInt(`0x${hash.slice(0, 20)}`)
    .toString(32)
    .padStart(16, "0");
}

/**
 * The part of a turn's episode id that does not depend on its time: equal for a retried, resumed,
 * regenerated or forked turn, and for no other.
 *
 * @param messageId - The id of the human message in the thread.
 */
export function turnIdentity(
  user: UserKey,
  threadId: string | null,
  message: { readonly id: string; readonly text: string },
): string {
  return identityOf(["turn", user, threadId, message.id, message.text]);
}

/** The same for an interaction that a caller names by an id of their own. */
export function ownIdentity(user: UserKey, ownId: string): string {
  return identityOf(["own", user, ownId]);
}

/** @param at - The turn's time, ISO 8601, taken once in the first node. */
export function turnEpisodeId(at: string, identity: string): string {
  return idOf(Date.parse(at), identity);
}

/** The identity part of an episode id: what `turnIdentity` gave. */
export function identityOfId(id: string): string {
  return id.slice(10);
}

/** The id of an imported item: the same item imported again is the same episode. */
export function importedEpisodeId(
  user: UserKey,
  item: {
    readonly itemId: string | null;
    readonly query: string;
    readonly groundTruth: string | null;
    readonly at: string | null;
    readonly position?: number;
  },
): string {
  const { itemId, query, groundTruth, at, position = 0 } = item;
  return idOf(
    episodeOrder(at, position),
    identityOf(["import", user, itemId, query, groundTruth, at]),
  );
}

/** Limits on what one episode keeps, in UTF-16 units. Longer text is cut. */
export const episodeTextLimits = {
  query: 32_000,
  response: 32_000,
  groundTruth: 8_000,
  reason: 2_000,
} as const;
