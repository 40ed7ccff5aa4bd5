import { plainText } from "./plain-text.js";
import { unspacedScripts } from "./unspaced-scripts.js";

/** Stands in a message for each part that `ownWords` left out. */
export const quotedPart = "[quoted text left out]";

/** In the languages of most mail programs; in some the name stands behind. */
const wrote =
  "wrote|a écrit|escribió|ha scritto|escreveu|(?:schrieb|schreef|skrev|написал)[^\\n:]{0,80}\\n?[^\\n:]{0,80}";
const message =
  "messag|nachricht|mensaje|mensagem|bericht|besked|meddeland|сообщени|邮件|メッセージ";
const from = "From|Von|De|Da|Van|Från|Fra|От|发件人|差出人";
const subject = "Subject|Betreff|Objet|Asunto|Oggetto|Assunto|Onderwerp|Ämne|Emne|Тема|主题|件名";

/** The line above a quoted mail, which mail programs break where it is long: "On Mon, 1 Jan 2026, Bob wrote:". */
const attribution = `^(?=[^\\n]*\\d)\\p{Lu}[^\\n]{0,200}\\n?[^\\n]{0,100}(?:${wrote}) ?:[ \\t]*$`;
const header = "\\*?[^\\s:：][^\\n:：]{0,20}[:：][^\\n]*\\n";

/** Code fences, blocks in tags that hold somebody else's words, quotations, and everything below the head of a mail. Under an attribution only what is marked, if anything is. */
const quotedParts = [
  /^[ \t]*(?:[-*+] +|\d+[.)] +)?(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^[ \t]*\1[^\n]*$|$(?![\s\S]))/gm,
  /<(blockquote|pre|tool_result|tool_output|document)\b[^>]*>[\s\S]*?(?:<\/\1>|$(?![\s\S]))/gi,
  /\[quote\b[^\]]*\][\s\S]*?(?:\[\/quote\]|$(?![\s\S]))/gi,
  new RegExp(`${attribution}\\n(?=\\s*>)`, "gmu"),
  /^(?:[ \t]*[>＞][^\n]*(?:\n|$))+/gm,
  new RegExp(`${attribution}[^]*`, "gmu"),
  new RegExp(`^[ \\t]*-{2,}[^\\n-]{0,80}(?:${message})[^\\n-]{0,80}-{2,}[ \\t]*$[^]*`, "gimu"),
  /^Begin forwarded message:[^]*/gm,
  new RegExp(
    `^\\*?(?:${from})[ \\t]*[:：][^\\n]*\\n(?:${header}){0,5}\\*?(?:${subject})[ \\t]*[:：][^]*`,
    "gmu",
  ),
];

/**
 * A message without the parts that it marks as somebody else's words: quotation lines, code fences, and mails below their
 * usual heads. Words between quotation marks stay, because people put their own answers into them too; see `isOnlyQuoted`.
 */
export function ownWords(message: string): string {
  // A mark that stands before a ">" would hide that the line is a quotation.
  const text = plainText(message).replaceAll("\r\n", "\n");
  return quotedParts
    .reduce((left, part) => left.replace(part, `${quotedPart}\n`), text)
    .replaceAll(/(?:\[quoted text left out\]\s*){2,}/g, `${quotedPart}\n`)
    .trim();
}

/**
 * Whether a text stands in another as whole words, apart from case, punctuation and spacing. A text without letters or
 * digits, such as an emoji, must stand there as it is. An empty one stands nowhere, and none stands in `quotedPart` or on
 * both sides of it.
 */
export function standsIn(quote: string, text: string): boolean {
  return text.split(quotedPart).some((part) => standsInPart(quote, part));
}

/** Not the straight single mark, which is an apostrophe as often. */
const quotationMarks = /"[^"\n]+"|“[^”]+”|„[^“”]+[“”]|«[^»]+»|「[^」]+」|『[^』]+』/gu;

/** Whether a text stands in another only between quotation marks, where it may be what somebody else said. */
export function isOnlyQuoted(quote: string, text: string): boolean {
  const quotations = text.match(quotationMarks) ?? [];
  const around = text.replaceAll(quotationMarks, quotedPart);
  return quotations.some((quotation) => standsIn(quote, quotation)) && !standsIn(quote, around);
}

function standsInPart(quote: string, text: string): boolean {
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
  return plainText(text)
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, " ")
    .trim();
}
