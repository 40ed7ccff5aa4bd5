import { fileInvalid } from "./read-file.js";

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const opens = (byte: number) => byte === 0x7b || byte === 0x5b;
const closes = (byte: number) => byte === 0x7d || byte === 0x5d;
const isSpace = (byte: number) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/** LaMP's largest elements are about 1 MB. Without a bound, a file with a lost quote would be held in memory whole. */
const maxElementBytes = 64_000_000;

/**
 * Parses the elements of a JSON array one by one from chunks of its text: LaMP's question files have up to 400 MB, near
 * the longest string that Node can hold.
 *
 * Not `stream-json`: it does not bound an element, its authors advise against files of others, and it is a third slower.
 *
 * @param name - The file's name, for messages.
 * @throws {PersonaAgentError} `config-file-invalid` when it is not one whole JSON array.
 */
export async function* splitJsonArray(
  chunks: AsyncIterable<Buffer>,
  name: string,
): AsyncGenerator<unknown> {
  let depth = 0;
  let inString = false;
  let escaped = false;
  let opened = false;
  let closed = false;
  let count = 0;
  let held: Buffer[] = [];
  let heldBytes = 0;

  const hold = (part: Buffer) => {
    heldBytes += part.length;
    if (heldBytes > maxElementBytes)
      throw fileInvalid(
        `Element ${count + 1} of ${name} is longer than ${maxElementBytes} bytes; expected one question or user. Copy the file again.`,
      );
    held.push(part);
  };
  const parse = (): unknown => {
    const text = Buffer.concat(held).toString();
    held = [];
    heldBytes = 0;
    count += 1;
    try {
      return JSON.parse(text);
    } catch (error) {
      throw fileInvalid(
        `Element ${count} of ${name} is not valid JSON; expected a JSON array. Copy the file again.`,
        error,
      );
    }
  };
  const blank = () => held.every((part) => part.every(isSpace));

  for await (const chunk of withoutByteOrderMark(chunks)) {
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inString = false;
      } else if (!opened || closed) {
        if (isSpace(byte)) continue;
        if (closed || byte !== 0x5b)
          throw fileInvalid(
            `${name} is not a JSON array; expected LaMP's [{"id", "input", "profile"}, ...]. Check the file.`,
          );
        opened = true;
        depth = 1;
        start = at + 1;
      } else if (byte === quote) inString = true;
      else if (opens(byte)) depth += 1;
      else if (closes(byte)) {
        depth -= 1;
        if (depth > 0) continue;
        closed = true;
        hold(chunk.subarray(start, at));
        start = chunk.length;
        // `[]` has no element, while `[1,]` has an empty one, which `parse` refuses.
        if (count > 0 || !blank()) yield parse();
      } else if (byte === comma && depth === 1) {
        hold(chunk.subarray(start, at));
        yield parse();
        start = at + 1;
      }
    }
    if (opened && !closed) hold(chunk.subarray(start));
  }
  if (!closed)
    throw fileInvalid(
      opened
        ? `${name} ends before its JSON array does; expected a whole file. Copy it again.`
        : `${name} is empty; expected LaMP's [{"id", "input", "profile"}, ...]. Copy it again.`,
    );
}

async function* withoutByteOrderMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of chunks) {
    yield first && chunk.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))
      ? chunk.subarray(3)
      : chunk;
    first = false;
  }
}
