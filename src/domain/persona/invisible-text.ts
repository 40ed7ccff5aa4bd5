import { joins } from "../text/plain-text.js";

/** Controls, format characters, private and unassigned ones, halves of pairs. */
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}]/gu;
/** Blank, but not of those classes: fillers, the empty Braille pattern, the grapheme joiner. */
const blank = /[\u115F\u1160\u2800\u3164\uFFA0]|\u034F|\u17B4|\u17B5/u;
/** Variation selectors other than the two that emoji use: bytes can be smuggled in them. */
const selector = /[\uFE00-\uFE0D\u{E0100}-\u{E01EF}]/u;
/** One word of Latin letters and of Cyrillic ones that look like them. */
const mixedScripts =
  /\p{Script=Latin}[\p{Script=Cyrillic}\u03BF]|[\p{Script=Cyrillic}\u03BF]\p{Script=Latin}/u;
/** Spelled-out words, which a filter for words would miss. */
const spelledOut = /(?<![\p{L}\p{N}])(?:\p{L}[ .*_-]+){7,}\p{L}(?![\p{L}\p{N}])/u;
/** Longer than the words and names of any language. */
const encoded = /[A-Za-z0-9+/_=-]{60,}/;

/**
 * The content of a text that a reader does not see, as a phrase; `null` when there is none. Joiners are allowed where
 * emoji and scripts such as Arabic and Devanagari need them.
 */
export function findInvisibleText(text: string): string | null {
  for (const { 0: character, index } of text.matchAll(unseen)) {
    if ("\t\n\r".includes(character)) continue;
    if (isJoiner(character) && joins(text, index)) continue;
    return `the invisible character ${codeOf(character)}`;
  }
  const [odd] = blank.exec(text) ?? selector.exec(text) ?? [];
  if (odd !== undefined) return `the invisible character ${codeOf(odd)}`;
  if (mixedScripts.test(text)) return "a word of letters from two alphabets";
  if (spelledOut.test(text)) return "words spelled letter by letter";
  return encoded.test(text) ? "a long run of characters that is no word" : null;
}

function isJoiner(character: string): boolean {
  return character === "\u200C" || character === "\u200D";
}

function codeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}
