import { type Language, languagesOf, withoutAccents } from "./languages.js";
import { splitWords } from "./split-words.js";

/** A question, split into words and its languages found, for all that is looked for in it. */
export interface AnalyzedQuestion {
  readonly text: string;
  /** In order, repeated as in the text. */
  readonly words: readonly string[];
  /** As `languagesOf` gives them. */
  readonly languages: readonly Language[];
  /** Its words, each once, without the stop words of any of its languages. */
  readonly telling: readonly string[];
}

export function analyzeQuestion(text: string): AnalyzedQuestion {
  const words = splitWords(text);
  const languages = languagesOf(words);
  const telling = [...new Set(words)].filter(
    (word) => !languages.some((language) => isStopWord(word, language)),
  );
  return { text, words, languages, telling };
}

/**
 * The terms that a text is found by, in order, repeated as in the text: stems of its words in its language, without stop
 * words. Words of a language or script that has no stemmer stand as they are.
 */
export function textTerms(text: string): string[] {
  const words = splitWords(text);
  return termsInOrder({ words, languages: languagesOf(words) });
}

/** The same of a question. */
export function termsInOrder(text: Pick<AnalyzedQuestion, "words" | "languages">): string[] {
  const { words, languages } = text;
  const [language] = languages;
  const telling =
    language === undefined ? words : words.filter((word) => !isStopWord(word, language));
  return telling.map((word) => termOf(word, language));
}

/**
 * The terms that a question looks for, each once. Several forms stand for one word where its language is not certain,
 * the likeliest first: a question of one word has no language. Without other words the stop words count.
 */
export function askedTerms(question: AnalyzedQuestion): readonly (readonly string[])[] {
  const { languages, telling } = question;
  const words = telling.length > 0 ? telling : [...new Set(question.words)];
  const forms = words.map((word) => [
    ...new Set(languages.length === 0 ? [word] : languages.map((one) => termOf(word, one))),
  ]);
  const seen = new Set<string>();
  return forms.filter(([first = ""]) => !seen.has(first) && seen.add(first));
}

function isStopWord(word: string, { stopWords }: Language): boolean {
  return stopWords.has(withoutAccents(word));
}

function termOf(word: string, language: Language | undefined): string {
  return language === undefined || /\p{N}/u.test(word) ? word : withoutAccents(language.stem(word));
}
