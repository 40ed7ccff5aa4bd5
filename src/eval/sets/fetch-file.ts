import { open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { z } from "zod";
import { PersonaAgentError } from "../../system/errors.js";

/** How a file that cannot be fetched is refused. */
export function notFetched(message: string, cause?: unknown): PersonaAgentError {
  return new PersonaAgentError("config-download-failed", message, { cause });
}

/** The innermost reason of a failed request: `fetch` itself only says that it failed. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const text = error.message === "" ? code : error.message;
  return (text === "" ? error.name : text).replaceAll(/\s+/g, " ");
}

/**
 * The size that the server announces, in bytes; `null` where it announces none or refuses the question.
 *
 * @throws {PersonaAgentError} `config-download-failed` when the server cannot be reached or has no such file.
 */
export async function announcedSize(url: string, signal: AbortSignal): Promise<number | null> {
  const response = await request(url, { method: "HEAD", signal });
  return response.ok ? bytesOf(response.headers.get("content-length")) : null;
}

/** What must be the same about the server's file for its rest to fit the bytes on disk. */
const markSchema = z.object({
  validator: z.string().min(1),
  bytes: z.number().int().nonnegative(),
});

interface FetchOptions {
  readonly signal: AbortSignal;
  /** `total` is `null` where the server does not announce it. */
  readonly progress?: (bytes: number, total: number | null) => void;
}

/**
 * Fetches a file to `path`, by way of `path.part`. An interrupted download resumes where the server says that its file is
 * still the same; otherwise it starts over. Only a file of the announced length gets its name.
 *
 * @throws {PersonaAgentError} `config-download-failed` for a server that refuses or breaks off, and a disk that is full.
 */
export async function fetchFile(url: string, path: string, options: FetchOptions): Promise<void> {
  const part = `${path}.part`;
  const markPath = `${part}.mark`;
  const mark = await readMark(markPath);
  const have = mark === null ? 0 : await lengthOf(part);
  if (mark === null || have !== mark.bytes) {
    const range =
      mark !== null && have > 0 && have < mark.bytes
        ? { range: `bytes=${have}-`, "if-range": mark.validator }
        : {};
    const response = await request(url, { signal: options.signal }, range);
    const { start, total } = placeOf(response, url, have);
    if (start === 0) await startOver(part, markPath, validatorOf(response), total);
    await receive(response, part, { ...options, url, start, total });
  }
  await rename(part, path);
  await rm(markPath, { force: true });
}

/** Asks for a file unpacked: packed on its way, it would have another length than the announced one. */
async function request(
  url: string,
  init: { readonly method?: "HEAD"; readonly signal: AbortSignal },
  range: Readonly<Record<string, string>> = {},
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, headers: { ...range, "accept-encoding": "identity" } });
  } catch (error) {
    init.signal.throwIfAborted();
    throw notFetched(
      `${url} could not be requested (${reasonOf(error)}); expected a web server. Check the network and the address, and try again.`,
      error,
    );
  }
  if (response.status !== 404 && response.status !== 410) return response;
  await response.body?.cancel();
  throw notFetched(
    `${url} is not there (${response.status}); expected one of LaMP's files. Look on LaMP's site for its new address, and name that with --from.`,
  );
}

function bytesOf(text: string | null | undefined): number | null {
  return text !== null && text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Which byte the response begins with, and how long the whole file is. */
function placeOf(response: Response, url: string, have: number) {
  const { status, headers } = response;
  if (status === 200) return { start: 0, total: bytesOf(headers.get("content-length")) };
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get("content-range") ?? "");
  if (status === 206 && have > 0 && Number(range?.[1]) === have)
    return { start: have, total: bytesOf(range?.[2]) };
  void response.body?.cancel();
  throw notFetched(
    `${url} was answered with ${status}${status === 206 ? " and another part than the one requested" : ""}; expected the file. Try again later, or remove its \`.part\` file.`,
  );
}

/** Removes the old mark first and writes the new one last: after a kill no mark may lie beside another file's bytes. */
async function startOver(
  part: string,
  markPath: string,
  validator: string | null,
  bytes: number | null,
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

interface Receiving extends FetchOptions {
  readonly url: string;
  readonly start: number;
  readonly total: number | null;
}

/** Appends the response to the part. */
async function receive(
  response: Response,
  part: string,
  { url, start, total, signal, progress = () => {} }: Receiving,
): Promise<void> {
  let bytes = start;
  const brokenOff = (reason: string, cause?: unknown) =>
    notFetched(
      `${url} broke off after ${bytes} of ${total ?? "an unknown number of"} bytes (${reason}); expected the whole file. Run the same command again: it resumes there if the server allows it.`,
      cause,
    );
  progress(bytes, total);
  const file = await open(part, "a");
  try {
    for await (const chunk of response.body ?? []) {
      await file.appendFile(chunk).catch((error: unknown) => {
        throw notWritten(part, error);
      });
      bytes += chunk.length;
      progress(bytes, total);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw PersonaAgentError.is(error) ? error : brokenOff(reasonOf(error), error);
  } finally {
    await file.close();
  }
  if (total !== null && bytes !== total) throw brokenOff("the connection ended early");
}

function notWritten(path: string, error: unknown) {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return notFetched(
    code === "ENOSPC" || code === "EDQUOT"
      ? `The disk of ${path} is full; expected room for the rest of the file. Make room and run the same command again: it resumes.`
      : `${path} could not be written (${reasonOf(error)}); expected a folder that can be written to. Check its rights.`,
    error,
  );
}

/** Not a weak tag: it is the same for files whose bytes differ. */
function validatorOf({ headers }: Response): string | null {
  const tag = headers.get("etag");
  return tag !== null && tag.startsWith('"') ? tag : headers.get("last-modified");
}

/** `null` where there is none, or a kill cut it short. */
async function readMark(path: string): Promise<z.output<typeof markSchema> | null> {
  try {
    return markSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return null;
  }
}

/** In bytes; 0 for a missing file. */
export async function lengthOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}
