import { type Language, languagesOf, withoutAccents } from "./languages.js";
import { splitWords } from "./split-words.js";

/**
 * The terms that a text is found by, in order, repeated as in the text: stems of its words in its language, without stop
 * words. Words of a language or script that has no stemmer stand as they are.
 */
export function textTerms(text: string): string[] {
  const words = splitWords(text);
  const [language] = languagesOf(words);
  const telling =
    language === undefined ? words : words.filter((word) => !isStopWord(word, language));
  return telling.map((word) => termOf(word, language));
}

/**
 * The terms that a question looks for, each once. Several forms stand for one word where its language is not certain,
 * the likeliest first: a question of one word has no language. Without other words the stop words count.
 */
export function askedTerms(text: string): readonly (readonly string[])[] {
  const languages = languagesOf(splitWords(text));
  const telling = tellingWords(text);
  const words = telling.length > 0 ? telling : [...new Set(splitWords(text))];
  const forms = words.map((word) => [
    ...new Set(languages.length === 0 ? [word] : languages.map((one) => termOf(word, one))),
  ]);
  const seen = new Set<string>();
  return forms.filter(([first = ""]) => !seen.has(first) && seen.add(first));
}

/** A text's words, each once, without the stop words of any language that it may be in. */
export function tellingWords(text: string): string[] {
  const words = [...new Set(splitWords(text))];
  const languages = languagesOf(splitWords(text));
  return words.filter((word) => !languages.some((language) => isStopWord(word, language)));
}

function isStopWord(word: string, { stopWords }: Language): boolean {
  return stopWords.has(withoutAccents(word));
}

function termOf(word: string, language: Language | undefined): string {
  return language === undefined || /\p{N}/u.test(word) ? word : withoutAccents(language.stem(word));
}
