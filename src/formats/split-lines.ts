import { isUtf8 } from "node:buffer";

/** One line of a file, or why it is no text. Numbers count from 1, with empty lines. */
export type Line =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly fault: string };

/** Longer lines are not held in memory. Three texts of the longest allowed length, escaped, are shorter. */
const usualMaxLineBytes = 8_000_000;

/**
 * Splits bytes into lines at LF or CRLF, without empty ones and without a byte order mark.
 *
 * Not `node:readline`: it also splits at U+2028 and U+2029, which a JSON string may hold unescaped. Not `split2`: its bound
 * on a line ends the file or drops the line without its number, and it replaces bytes that are no UTF-8.
 */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  maxLineBytes = usualMaxLineBytes,
): AsyncGenerator<Line> {
  let number = 0;
  let held: Buffer[] = [];
  let heldBytes = 0;

  const hold = (part: Buffer) => {
    heldBytes += part.length;
    if (heldBytes <= maxLineBytes) held.push(part);
  };
  const take = (): Line | null => {
    number += 1;
    const bytes = Buffer.concat(held);
    const tooLong = heldBytes > maxLineBytes;
    const length = heldBytes;
    held = [];
    heldBytes = 0;
    if (tooLong)
      return {
        number,
        fault: `the line is ${length} bytes long; at most ${maxLineBytes} are taken`,
      };
    if (!isUtf8(bytes)) return { number, fault: "the line is not UTF-8 text" };
    const text = (number === 1 ? bytes.toString().replace(/^\uFEFF/, "") : bytes.toString()).trim();
    return text === "" ? null : { number, text };
  };

  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      hold(chunk.subarray(start, end));
      const line = take();
      if (line !== null) yield line;
      start = end + 1;
    }
    hold(chunk.subarray(start));
  }
  if (heldBytes > 0) {
    const line = take();
    if (line !== null) yield line;
  }
}
