import { open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { z } from "zod";
import { PersonaAgentError } from "../../errors.js";
import { askFile, bytesOf, notFetched, reasonOf } from "./ask-file.js";

/** What must be the same about the server's file for the rest of it to fit what is here. */
const mark = z.object({ validator: z.string().min(1), bytes: z.number().int().nonnegative() });
type Mark = z.output<typeof mark>;

/**
 * Fetches a file to `path`, by way of `path.part`. What a broken-off run left in there is gone on with where the server
 * says that its file is still the same; else it begins anew. Only a file of the announced length gets its name.
 *
 * @param options.progress - Told the bytes that are there; `total` is `null` where the server does not say.
 * @throws {PersonaAgentError} `config-download-failed` for a server that refuses or breaks off, and a disk that is full.
 */
export async function fetchFile(
  url: string,
  path: string,
  {
    signal,
    progress = () => {},
  }: {
    readonly signal: AbortSignal;
    readonly progress?: (bytes: number, total: number | null) => void;
  },
): Promise<void> {
  const part = `${path}.part`;
  const markPath = `${part}.mark`;
  const known = await readMark(markPath);
  const have = known === null ? 0 : await lengthOf(part);
  if (known === null || have !== known.bytes) {
    const response = await askFile(url, {
      method: "GET",
      signal,
      headers:
        known !== null && have > 0 && have < known.bytes
          ? { range: `bytes=${have}-`, "if-range": known.validator }
          : {},
    });
    const { start, total } = placeOf(response, url, have);
    if (start === 0)
      await begin(part, markPath, { validator: validatorOf(response), bytes: total });
    await receive(response, part, { url, start, total, signal, progress });
  }
  await rename(part, path);
  await rm(markPath, { force: true });
}

/** Which byte the answer begins with, and how long the whole file is. */
function placeOf(response: Response, url: string, have: number) {
  const { status, headers } = response;
  if (status === 200) return { start: 0, total: bytesOf(headers.get("content-length")) };
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get("content-range") ?? "");
  if (status === 206 && have > 0 && Number(range?.[1]) === have)
    return { start: have, total: bytesOf(range?.[2]) };
  void response.body?.cancel();
  throw notFetched(
    `${url} was answered with ${status}${status === 206 ? " and another part than was asked for" : ""}; expected the file. Try again later, or remove what is there of it.`,
  );
}

/** The old mark goes first and the new one comes last: a kill in between must not leave one beside another file's bytes. */
async function begin(
  part: string,
  markPath: string,
  { validator, bytes }: { readonly validator: string | null; readonly bytes: number | null },
): Promise<void> {
  await rm(markPath, { force: true });
  try {
    await writeFile(part, "");
    if (validator !== null && bytes !== null)
      await writeFile(markPath, JSON.stringify({ validator, bytes }));
  } catch (error) {
    throw notWritten(part, error);
  }
}

interface Receiving {
  readonly url: string;
  readonly start: number;
  readonly total: number | null;
  readonly signal: AbortSignal;
  readonly progress: (bytes: number, total: number | null) => void;
}

/** Appends what comes to the part. A fault of the network and one of the disk are told apart by whose step it was. */
async function receive(
  response: Response,
  part: string,
  { url, start, total, signal, progress }: Receiving,
): Promise<void> {
  let bytes = start;
  progress(bytes, total);
  const reader = response.body?.getReader();
  const next = async () => {
    try {
      return (await reader?.read())?.value;
    } catch (error) {
      signal.throwIfAborted();
      throw brokenOff(url, bytes, total, reasonOf(error), error);
    }
  };
  const file = await open(part, "a");
  try {
    for (let chunk = await next(); chunk !== undefined; chunk = await next()) {
      await file.appendFile(chunk);
      bytes += chunk.length;
      progress(bytes, total);
    }
  } catch (error) {
    await reader?.cancel().catch(() => {});
    throw PersonaAgentError.is(error) || signal.aborted ? error : notWritten(part, error);
  } finally {
    await file.close();
  }
  if (total !== null && bytes !== total)
    throw brokenOff(url, bytes, total, "the connection ended early");
}

function brokenOff(
  url: string,
  bytes: number,
  total: number | null,
  reason: string,
  cause?: unknown,
) {
  return notFetched(
    `${url} broke off after ${bytes} of ${total ?? "an unknown number of"} bytes (${reason}); expected the whole file. Run the same command again: it goes on from there if the server lets it.`,
    cause,
  );
}

function notWritten(path: string, error: unknown) {
  const isFull = isSystemError(error) && (error.code === "ENOSPC" || error.code === "EDQUOT");
  return notFetched(
    isFull
      ? `The disk of ${path} is full; expected room for the rest of the file. Make room and run the same command again: it goes on.`
      : `${path} could not be written (${reasonOf(error)}); expected a folder that can be written to. Check its rights.`,
    error,
  );
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && "code" in error;
}

/** A weak tag stands for files that differ in their bytes, so it cannot say that the rest fits. */
function validatorOf({ headers }: Response): string | null {
  const tag = headers.get("etag");
  return tag !== null && tag.startsWith('"') ? tag : headers.get("last-modified");
}

async function readMark(path: string): Promise<Mark | null> {
  try {
    const parsed = mark.safeParse(JSON.parse(await readFile(path, "utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    // None, or one that a kill cut short: the file begins anew.
    return null;
  }
}

/** In bytes; 0 for a file that is not there. */
export async function lengthOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}
