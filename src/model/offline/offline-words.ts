/** Words that say nothing of what a text is about. A contract, as the tokenizer is: stored vectors are made of them. */
const stopWords = new Set(
  `a about after all also am an and any are as at be because been before being but by can could did do does doing for
from get give had has have having he her here him his how i if in into is it its just like me more most my no not now of
on one only or other our out over please she should so some such tell than that the their them then there these they
this those through to too up us very was we were what when where which while who whom why will with would you your
d ll m re s t ve`.split(/\s+/),
);

/** The words of a text in order, lower case, accents folded: letters and digits of any script. */
export function offlineWords(text: string): string[] {
  const folded = text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  return folded.match(/[\p{L}\p{N}]+/gu) ?? [];
}

export function isStopWord(word: string): boolean {
  return stopWords.has(word);
}

/** The words that a text is about, each once, in order. */
export function contentWords(text: string): string[] {
  return [...new Set(offlineWords(text).filter((word) => word.length > 1 && !isStopWord(word)))];
}

/** How many content words two texts have in common. */
export function sharedWords(a: string, b: string): number {
  const others = new Set(contentWords(b));
  return contentWords(a).filter((word) => others.has(word)).length;
}

/** Whether a message tells something of its author and asks nothing. */
export function isOwnStatement(text: string): boolean {
  return /^\s*(?:I|I['’](?:m|ve|d)|My|We)\s/.test(text) && !text.includes("?");
}
