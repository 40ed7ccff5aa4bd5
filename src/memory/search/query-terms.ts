import {
  askedTerms,
  type AnalyzedQuestion,
  analyzeQuestion,
  termsInOrder,
} from "../../domain/text/search-terms.js";
import { isUnspaced, splitWords } from "../../domain/text/split-words.js";
import { storableText } from "../../domain/text/storable-text.js";
import { speakerTerm } from "../index/indexed-text.js";
import type { AskedDay } from "../episodes/episodic-memory.js";
import { askedDates, indexedForms } from "./date-terms.js";

/** Terms of which any one counts as the word that was asked for, the likeliest first. */
export type TermForms = readonly string[];

/** More of a long text says nothing more. */
const mostRanked = 400;
/** SQLite refuses a search for much longer ones, and with it the whole search; so much of a word is rare enough. */
const maxLookupLength = 100;

/** What a question is searched by. */
export interface QueryTerms {
  /** To rank by: stems of the question's words, its dates where the user is, and the speakers it may name. */
  readonly ranking: readonly TermForms[];
  /**
   * The few that an index should look up, as they stand in `searchedWords`, likely rarest first: long words, and those
   * that the question repeats. The index knows better which are rare, and gives those entries first.
   */
  readonly lookups: readonly string[];
}

export function queryTerms(text: string, asked: AskedDay, mostLookups = 5): QueryTerms {
  const question = analyzeQuestion(text);
  const words = askedTerms(question).slice(0, mostRanked);
  const dates = askedDates(question, asked);
  const lookedUp = [...words, ...dates.map((date) => indexedForms(date, asked.timeZone))];
  const names = new Set(splitWords(text.match(/\p{Lu}[\p{L}\p{M}]+/gu)?.join(" ") ?? ""));
  const speakers = question.telling.filter((word) => names.has(word));
  return {
    ranking: [
      ...words,
      ...dates.map((date) => [date]),
      ...speakers.map((name) => [speakerTerm(name)]),
    ],
    // Of stop words alone the index would find everything.
    lookups: question.telling.length > 0 ? lookupsOf(question, lookedUp, mostLookups) : [],
  };
}

function lookupsOf(
  question: AnalyzedQuestion,
  terms: readonly TermForms[],
  most: number,
): string[] {
  const counts = new Map<string, number>();
  for (const term of termsInOrder(question)) counts.set(term, (counts.get(term) ?? 0) + 1);
  const weight = ([first = ""]: TermForms) =>
    Math.max(1, counts.get(first) ?? 0) * Math.min(first.length * (isUnspaced(first) ? 4 : 1), 12);
  return (
    terms
      // One letter of an alphabet is contained in nearly everything; one ideograph is a word.
      .filter(([first = ""]) => first.length > 1 || isUnspaced(first))
      .toSorted((a, b) => weight(b) - weight(a))
      .slice(0, most)
      .flatMap((forms) => forms.slice(0, 3))
      .map((term) =>
        isUnspaced(term) ? term : ` ${term}${term.length > maxLookupLength ? "" : " "}`,
      )
      .map((term) => storableText(term, maxLookupLength))
  );
}
