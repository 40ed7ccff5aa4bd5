import { askedTerms, tellingWords, textTerms } from "../../domain/text/search-terms.js";
import { isUnspaced, splitWords } from "../../domain/text/split-words.js";
import { storableText } from "../../domain/text/storable-text.js";
import { speakerTerm } from "../index/indexed-text.js";
import { askedDates } from "./date-terms.js";

/** Terms of which any one counts as the word that was asked for, the likeliest first. */
export type TermForms = readonly string[];

/** More of a long text says nothing more. */
const mostRanked = 400;
/** SQLite refuses a search for much longer ones, and with it the whole search; so much of a word is rare enough. */
const maxLookupLength = 100;

/** The terms to rank by: stems of the question's words, its dates, and the speakers it may name. */
export function rankingTerms(question: string, now: Date): TermForms[] {
  const names = new Set(splitWords(question.match(/\p{Lu}[\p{L}\p{M}]+/gu)?.join(" ") ?? ""));
  const speakers = tellingWords(question).filter((word) => names.has(word));
  return [...telling(question, now), ...speakers.map((name) => [speakerTerm(name)])];
}

/**
 * The few terms that an index should look up, as they stand in `searchedWords`, likely rarest first.
 *
 * Rarity is guessed from the question alone, by how often it says a word times its length (longer words are rarer; a
 * text repeats what it is about). The index knows better which of the few are rare, and gives those entries first.
 */
export function lookupTerms(question: string, now: Date, most = 5): string[] {
  const counts = new Map<string, number>();
  for (const term of textTerms(question)) counts.set(term, (counts.get(term) ?? 0) + 1);
  // One letter of an alphabet is contained in nearly everything; one ideograph is a word.
  // Of stop words alone the index would find everything.
  const candidates = tellingWords(question).length > 0 ? telling(question, now) : [];
  const lookedUp = candidates.filter(([first = ""]) => first.length > 1 || isUnspaced(first));
  const weight = ([first = ""]: TermForms) =>
    Math.max(1, counts.get(first) ?? 0) * Math.min(first.length * (isUnspaced(first) ? 4 : 1), 12);
  return lookedUp
    .toSorted((a, b) => weight(b) - weight(a))
    .slice(0, most)
    .flatMap((forms) => forms.slice(0, 3))
    .map((term) =>
      isUnspaced(term) ? term : ` ${term}${term.length > maxLookupLength ? "" : " "}`,
    )
    .map((term) => storableText(term, maxLookupLength));
}

function telling(question: string, now: Date): TermForms[] {
  const dates = askedDates(question, now).map((date) => [date]);
  return [...askedTerms(question).slice(0, mostRanked), ...dates];
}
