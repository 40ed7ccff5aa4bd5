import { open, rename } from "node:fs/promises";
import { basename } from "node:path";
import type { z } from "zod";
import { fileInvalid } from "../../formats/read-file.js";

/** A file of one JSON line a record, each under a key of its own, that only grows. */
export interface Journal<Line> {
  has(key: string): boolean;
  /** From the file: only keys and places are held. Undefined where there is no such key. */
  read(key: string): Promise<Line | undefined>;
  /** Resolves when the operating system has the line: it then outlives this process however it ends. */
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
  /** Of the lines in the file; the others are taken out of it. */
  readonly keeps: (line: Line) => boolean;
}

interface Place {
  readonly at: number;
  readonly bytes: number;
}

/**
 * Opens a journal, and creates it if it is missing. A last line without a line end was cut by a kill: it is taken out,
 * with the lines that are not kept.
 *
 * @throws {PersonaAgentError} `config-file-invalid` for a whole line that is no record.
 */
export async function openJournal<Line>(options: JournalOptions<Line>): Promise<Journal<Line>> {
  const { path, schema, keyOf, keeps } = options;
  const places = new Map<string, Place>();
  let size = 0;
  const place = (key: string, text: string) => {
    const bytes = Buffer.byteLength(text);
    places.set(key, { at: size, bytes });
    size += bytes + 1;
  };

  // Written anew, so that a kill leaves either the old file or the new one.
  const unfinished = `${path}.unfinished`;
  const kept = await open(unfinished, "w");
  try {
    for await (const text of wholeLines(path)) {
      const line = parseLine(text, schema, path);
      if (!keeps(line)) continue;
      await kept.appendFile(`${text}\n`);
      place(keyOf(line), text);
    }
    await kept.sync();
  } finally {
    await kept.close();
  }
  await rename(unfinished, path);

  const file = await open(path, "a+");
  let last: Promise<unknown> = Promise.resolve();
  const readAt = async ({ at, bytes }: Place) => {
    const buffer = Buffer.alloc(bytes);
    await file.read(buffer, 0, bytes, at);
    return parseLine(buffer.toString(), schema, path);
  };
  return {
    has: (key) => places.has(key),
    read: async (key) => {
      const found = places.get(key);
      return found === undefined ? undefined : readAt(found);
    },
    append(line) {
      const written = last.then(async () => {
        const text = JSON.stringify(line);
        await file.appendFile(`${text}\n`);
        place(keyOf(line), text);
      });
      // A full disk fails this line and every later one: none may follow half of another.
      last = written;
      last.catch(() => {});
      return written;
    },
    async *lines() {
      for (const found of places.values()) yield await readAt(found);
    },
    async close() {
      await last.catch(() => {});
      await file.close();
    },
  };
}

/** Every line with its line end. Not `node:readline`, which also splits at U+2028. */
async function* wholeLines(path: string): AsyncGenerator<string> {
  const file = await open(path, "a+");
  let rest = Buffer.alloc(0);
  for await (const chunk of file.createReadStream({ start: 0 })) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      yield rest.toString("utf8", 0, end);
      rest = rest.subarray(end + 1);
    }
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
