/**
 * Characters that nobody sees: controls, soft hyphens, zero-width spaces, marks and embeddings that turn the direction
 * of writing, tags, and fillers of musical and shorthand notation.
 */
const unseen = new RegExp(
  String.raw`[\p{Cc}--[\t\n\r]]|\u034F|[\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{1BCA0}-\u{1BCA3}\u{1D173}-\u{1D17A}\u{E0000}-\u{E007F}]`,
  "gv",
);
/** A joiner counts only between letters of a script that joins them, or between parts of an emoji. */
const joiner = /[\u200C\u200D]+/gu;
/** A character has one variation selector at most; more of them carry something else. */
const moreSelectors =
  /(?<=[\uFE00-\uFE0F\u{E0100}-\u{E01EF}])[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]+/gu;
/** Ideographs alone have these. */
const looseSelectors = /(?<!\p{Script=Han})[\u{E0100}-\u{E01EF}]/gu;

/**
 * A text without characters that nobody sees, for prompts and comparisons; what is stored keeps them. Nothing that a
 * reader sees is lost: right-to-left letters stand in the same order without the marks, and joiners stay where Persian,
 * Indic scripts and emoji need them. Only flags that are spelled in tags, such as Scotland's, become plain black ones.
 */
export function plainText(text: string): string {
  return text
    .replaceAll(unseen, "")
    .replaceAll(moreSelectors, "")
    .replaceAll(looseSelectors, "")
    .replaceAll(joiner, (run, at: number, whole: string) =>
      run.length === 1 && joins(whole, at) ? run : "",
    );
}

/** Whether a joiner at this place stands between two letters of a script that joins letters, or between two emoji. */
export function joins(text: string, at: number): boolean {
  // Of an emoji the skin and the selector stand before its joiner.
  const before = /(.)[\p{M}\uFE0F]*$/su.exec(text.slice(Math.max(0, at - 16), at))?.[1];
  const after = /^./su.exec(text.slice(at + 1, at + 3))?.[0];
  if (before === undefined || after === undefined) return false;
  const isEmoji = (each: string) => /[\p{Extended_Pictographic}\p{Emoji_Modifier}]/u.test(each);
  const isJoined = (each: string) =>
    /[\p{L}\p{M}]/u.test(each) &&
    !/[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u.test(each);
  return (isEmoji(before) && isEmoji(after)) || (isJoined(before) && isJoined(after));
}
