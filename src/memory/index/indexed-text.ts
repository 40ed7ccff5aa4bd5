import type { Episode } from "../../domain/episode.js";
import { parseQuestion } from "../../domain/lamp-question.js";
import { textTerms } from "../../domain/text/search-terms.js";
import { splitWords } from "../../domain/text/split-words.js";
import { storableText } from "../../domain/text/storable-text.js";
import { termsOfDate } from "../search/date-terms.js";

/** Below the 8,192 tokens that common embedding models take, in any script; one text too long fails its batch. */
const maxEmbeddedLength = 6_000;
const maxWordsLength = 8_000;
/** Of each part of a neighbour; one long turn must not be found for all that stands around it. */
const maxNeighbourLength = 1_000;

/** Names what entries hold: `searchedWords`, sealed. Of an index that was filled with other words, nothing is read. */
export const searchedWordsVersion = "words-3";

/** The episodes that stand around one in its thread: at most two of each. */
export interface Surroundings {
  /** Just before it and just after it. */
  readonly near: readonly Episode[];
  /** One further. */
  readonly far: readonly Episode[];
}

export const alone: Surroundings = { near: [], far: [] };

/** What is embedded of a query: its subject only, so that episodes are compared by what they are about. */
export function embeddedText(query: string): string {
  const text = storableText(parseQuestion(query).subject, maxEmbeddedLength);
  // Providers refuse an empty text, and with it the whole batch.
  return text.trim() === "" ? "(empty)" : text;
}

/**
 * What of a query is compared by words: its subject, or a question's list of options would find the episodes that
 * were answered with one of them. Bounded, because finding words in scripts without spaces takes quadratic time.
 */
export function askedWords(query: string): string {
  return storableText(parseQuestion(query).subject, maxWordsLength);
}

/** The kinds of terms of an episode, in the order of their lines. */
export const wordFields = ["own", "near", "far", "about"] as const;
export type WordField = (typeof wordFields)[number];

/**
 * The terms that find an episode: of its own text, of what stands around it in its thread, and its date and speaker. A
 * line for each kind, with a space on both sides of each term, so that a whole term can be looked up in it.
 */
export function searchedWords(episode: Episode, { near, far }: Surroundings): string {
  const fields: Record<WordField, readonly string[]> = {
    own: partsOf(episode, maxWordsLength).flatMap(textTerms),
    near: near.flatMap(termsAsNeighbour),
    far: far.flatMap(termsAsNeighbour),
    about: [...termsOfDate(episode.at), ...termsOfSpeaker(episode.query)],
  };
  return wordFields.map((field) => ` ${fields[field].join(" ")} `).join("\n");
}

/** The term that finds what somebody of this name said; `word` in lower case. */
export function speakerTerm(word: string): string {
  return `@${word}:`;
}

function partsOf({ query, response, groundTruth }: Episode, maxLength: number): string[] {
  const parts = [parseQuestion(query).subject, response ?? "", groundTruth ?? ""];
  return parts.map((part) => storableText(part, maxLength));
}

/** Who said it tells what a text is about, and nothing of the texts around it. */
function termsAsNeighbour(episode: Episode): string[] {
  return partsOf(episode, maxNeighbourLength).flatMap((part) => textTerms(part.replace(label, "")));
}

/** "Anna: ", as chats that were imported as text have it. */
const label = /^\s*(\p{Lu}[\p{L}\p{M}'’.-]*(?: \p{Lu}[\p{L}\p{M}'’.-]*){0,2}):\s/u;

function termsOfSpeaker(query: string): string[] {
  return splitWords(label.exec(query)?.[1] ?? "").map(speakerTerm);
}
