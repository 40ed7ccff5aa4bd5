/** How much of a question is read at either end, in UTF-16 units: what is asked stands there, a text in between. */
const readLength = 600;

/** The beginning and the end of a question, where it says how to answer; one part where it is short. Dashes are folded. */
export function readableParts(question: string): string[] {
  const text = question
    .normalize("NFKC")
    .replaceAll(/[\p{Pd}−]/gu, "-")
    .replaceAll("’", "'");
  if (text.length <= 2 * readLength) return [text];
  return [text.slice(0, readLength), text.slice(-readLength)];
}
