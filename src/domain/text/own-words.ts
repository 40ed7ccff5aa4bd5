import { unspacedScripts } from "./unspaced-scripts.js";

/** Stands in a message for each part that `ownWords` left out. */
export const quotedPart = "[quoted text left out]";

/** Code fences, lines of a quotation, and everything below the head of a forwarded message. */
const quotedParts = [
  /^[ \t]*(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^[ \t]*\1[^\n]*$|$(?![\s\S]))/gm,
  /^(?:[ \t]*>[^\n]*(?:\n|$))+/gm,
  /^[ \t]*-{2,}[ \t]*[^\n-][^\n]{2,80}?[ \t]*-{2,}[ \t]*$[\s\S]*/gm,
];

/**
 * A message without the parts that it marks as somebody else's words: quotation lines, code fences, forwarded messages.
 * Words that only quotation marks enclose stay, because people put their own answers into them too.
 */
export function ownWords(message: string): string {
  const text = message.replaceAll("\r\n", "\n");
  return quotedParts
    .reduce((left, part) => left.replace(part, `${quotedPart}\n`), text)
    .replaceAll(/(?:\[quoted text left out\]\s*){2,}/g, `${quotedPart}\n`)
    .trim();
}

/**
 * Whether a text stands in another as whole words, apart from case, punctuation and spacing. A text without letters or
 * digits, such as an emoji, must stand there as it is. An empty one stands nowhere.
 */
export function standsIn(quote: string, text: string): boolean {
  const wanted = folded(quote);
  if (wanted === "") return quote.trim() !== "" && text.includes(quote.trim());
  const words = folded(text);
  for (let from = words.indexOf(wanted); from >= 0; from = words.indexOf(wanted, from + 1)) {
    const [before, after] = [words[from - 1], words[from + wanted.length]];
    if (isEdge(before, wanted[0]) && isEdge(wanted.at(-1), after)) return true;
  }
  return false;
}

const isUnspaced = new RegExp(unspacedScripts, "v");

/** Whether a word may end between two letters. */
function isEdge(left: string | undefined, right: string | undefined): boolean {
  return [left, right].some((each) => each === undefined || each === " " || isUnspaced.test(each));
}

function folded(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, " ")
    .trim();
}
