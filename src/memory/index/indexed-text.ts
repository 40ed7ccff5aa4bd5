import type { Episode } from "../../domain/episode.js";
import { parseQuestion } from "../../domain/lamp-question.js";
import { storableText } from "../../domain/text/storable-text.js";
import { foldWords } from "../search/query-terms.js";

/** Below the 8,192 tokens that common embedding models take, in any script; one text too long fails its batch. */
const maxEmbeddedLength = 6_000;
const maxWordsLength = 8_000;

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

/** The text whose words find an episode; of very long parts, the beginning. */
export function searchedWords(episode: Episode): string {
  return [parseQuestion(episode.query).subject, episode.response ?? "", episode.groundTruth ?? ""]
    .map((part) => foldWords(storableText(part, maxWordsLength)))
    .join("\n");
}
