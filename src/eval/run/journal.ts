import { createReadStream } from "node:fs";
import { type FileHandle, open, rename } from "node:fs/promises";
import { basename } from "node:path";
import type { z } from "zod";
import { fileInvalid } from "../../formats/read-file.js";

/** A file of one JSON line a record, each under a key of its own, that only grows. */
export interface Journal<Line> {
  has(key: string): boolean;
  /** From the file: nothing but keys and places is held. Undefined where there is no such key. */
  read(key: string): Promise<Line | undefined>;
  /** Resolves when the line is with the operating system: it then outlives this process however it ends. */
  append(line: Line): Promise<void>;
  /** In the file's order. */
  lines(): AsyncIterable<Line>;
  /** After what is being appended. */
  close(): Promise<void>;
}

export interface JournalOptions<Line> {
  readonly path: string;
  readonly schema: z.ZodType<Line>;
  readonly keyOf: (line: Line) => string;
  /** Of lines that are there already; the others are taken out of the file. */
  readonly keeps: (line: Line) => boolean;
}

interface Place {
  readonly at: number;
  readonly bytes: number;
}

/**
 * Opens a journal, made if it is missing. A last line without its end was being written when the process was killed: it
 * is taken out, with the lines that are not kept.
 *
 * @throws {PersonaAgentError} `config-file-invalid` for a whole line that is no record.
 */
export async function openJournal<Line>(options: JournalOptions<Line>): Promise<Journal<Line>> {
  const { path, schema, keyOf } = options;
  await rewriteKept(options);
  const file = await open(path, "a+");
  const places = new Map<string, Place>();
  let size = 0;
  for await (const { text, place } of wholeLines(path)) {
    places.set(keyOf(parseLine(text, schema, path)), place);
    size = place.at + place.bytes + 1;
  }
  let last: Promise<unknown> = Promise.resolve();
  const readAt = async ({ at, bytes }: Place) => {
    const buffer = Buffer.alloc(bytes);
    await file.read(buffer, 0, bytes, at);
    return parseLine(buffer.toString(), schema, path);
  };
  return {
    has: (key) => places.has(key),
    read: async (key) => {
      const place = places.get(key);
      return place === undefined ? undefined : readAt(place);
    },
    append(line) {
      const written = last.then(async () => {
        const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
        await file.appendFile(bytes);
        places.set(keyOf(line), { at: size, bytes: bytes.length - 1 });
        size += bytes.length;
      });
      // A full disk fails this line and every later one: none may follow half of another.
      last = written;
      last.catch(() => {});
      return written;
    },
    async *lines() {
      for (const place of places.values()) yield await readAt(place);
    },
    async close() {
      await last.catch(() => {});
      await file.close();
    },
  };
}

async function rewriteKept<Line>({ path, schema, keeps }: JournalOptions<Line>): Promise<void> {
  const existing = await sizeOf(path);
  let kept = 0;
  for await (const { text, place } of wholeLines(path))
    if (keeps(parseLine(text, schema, path))) kept += place.bytes + 1;
  if (kept === existing) return;
  const unfinished = `${path}.unfinished`;
  const file = await open(unfinished, "w");
  try {
    for await (const { text } of wholeLines(path))
      if (keeps(parseLine(text, schema, path))) await file.appendFile(`${text}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}

async function sizeOf(path: string): Promise<number> {
  const file: FileHandle = await open(path, "a");
  try {
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** Every line that has its end, and where it stands. Not `node:readline`, which also splits at U+2028. */
async function* wholeLines(path: string): AsyncGenerator<{ text: string; place: Place }> {
  let held: Buffer[] = [];
  let at = 0;
  for await (const piece of createReadStream(path)) {
    const chunk = piece as Buffer;
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const line = Buffer.concat([...held, chunk.subarray(start, end)]);
      held = [];
      yield { text: line.toString(), place: { at, bytes: line.length } };
      at += line.length + 1;
      start = end + 1;
    }
    if (start < chunk.length) held.push(chunk.subarray(start));
  }
}

function parseLine<Line>(text: string, schema: z.ZodType<Line>, path: string): Line {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw fileInvalid(
      `${basename(path)} holds a line that is no record of a run (${JSON.stringify(text.slice(0, 60))}); expected what \`eval\` wrote. Restore the file, or begin in another folder.`,
      error,
    );
  }
}
