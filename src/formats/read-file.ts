import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { PassThrough } from "node:stream";
import { createGunzip } from "node:zlib";
import { PersonaAgentError } from "../system/errors.js";

/** The error for a file that cannot be used. */
export function fileInvalid(message: string, cause?: unknown): PersonaAgentError {
  return new PersonaAgentError("config-file-invalid", message, { cause });
}

/**
 * A file's bytes, unpacked when it is gzip (by its first bytes, not its name).
 *
 * @throws {PersonaAgentError} `config-file-invalid` when it is missing, unreadable or a truncated archive.
 */
export async function* readBytes(path: string): AsyncGenerator<Buffer> {
  const name = basename(path);
  try {
    const source = createReadStream(path);
    const packed = await isGzip(path);
    const output = new PassThrough();
    const flowing = packed ? pipeline(source, createGunzip(), output) : pipeline(source, output);
    // The error arrives through `output` too; without a listener here it would end the process.
    flowing.catch(() => {});
    for await (const chunk of output) yield chunk as Buffer;
    await flowing;
  } catch (error) {
    throw readFault(path, name, error);
  }
}

/**
 * A small JSON file, read whole.
 *
 * @param expected - What the file holds, for the error.
 * @throws {PersonaAgentError} `config-file-invalid`
 */
export async function readJson(path: string, expected: string): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of readBytes(path)) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch (error) {
    throw fileInvalid(
      `${basename(path)} is not valid JSON; expected ${expected}. Copy the file again.`,
      error,
    );
  }
}

/** `file`, `folder`, or a `config-file-invalid` error that says why it is neither. */
export async function kindOfPath(path: string): Promise<"file" | "folder"> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return "folder";
    if (found.isFile()) return "file";
  } catch (error) {
    throw readFault(path, path, error);
  }
  throw fileInvalid(
    `${path} is neither a file nor a folder; expected one of them. Check the path.`,
  );
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

function readFault(path: string, name: string, error: unknown): unknown {
  if (PersonaAgentError.is(error) || !(error instanceof Error)) return error;
  const code = "code" in error ? String(error.code) : "";
  const messages: Readonly<Record<string, string>> = {
    ENOENT: `There is no ${path}; expected a file or a folder. Check the path.`,
    EACCES: `${path} may not be read; expected a readable file. Change its rights.`,
    EPERM: `${path} may not be read; expected a readable file. Change its rights.`,
    Z_BUF_ERROR: `${name} ends in the middle of its gzip data; expected a whole file. Copy it again.`,
  };
  const damaged = code.startsWith("Z_")
    ? `${name} is a damaged gzip file (${code}); expected a whole one. Copy it again.`
    : undefined;
  const message = messages[code] ?? damaged;
  return message === undefined ? error : fileInvalid(message, error);
}
