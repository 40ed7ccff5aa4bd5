import { isAnyStopWord } from "./languages.js";
import { stem, wordsIn } from "./text-similarity.js";

/** Whose words a text may be made of. */
export interface WordSources {
  /** What the user wrote, and what the writer of the text was told beside it. */
  readonly own: readonly string[];
  /** What an assistant, a tool or another person wrote. */
  readonly others: readonly string[];
}

/**
 * Finds, in a text that a model wrote of the user, a word that only others can have brought in: it stands in what they
 * wrote, and in no form in what the user wrote. `null` for none. Words that are in neither are the model's own.
 */
export function othersWordFinder({ own, others }: WordSources): (text: string) => string | null {
  const [known, brought] = [formsIn(own), formsIn(others)];
  return (text) =>
    wordsIn(text).find((word) => {
      const form = stem(word);
      return brought.has(form) && !known.has(form) && !isAnyStopWord(word);
    }) ?? null;
}

function formsIn(texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.flatMap(wordsIn).map(stem));
}
