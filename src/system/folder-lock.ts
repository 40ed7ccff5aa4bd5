import { createHash, randomUUID } from "node:crypto";
import { link, realpath, rename, rm } from "node:fs/promises";
import { createConnection, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { PersonaAgentError } from "./errors.js";
import { createKeyedQueue } from "./keyed-queue.js";

/** What the error of a second process says. Read for each such process, so a getter may return a later `url`. */
export interface LockHolder {
  readonly pid: number;
  /** What the user started, in words that they recognise: `persona-agent import`. */
  readonly command: string;
  /** The holder's address, when it is a server. */
  readonly url?: string | undefined;
}

export interface FolderLock {
  /** Releases the lock. A second call does nothing. */
  release(): Promise<void>;
}

const pollMs = 50;
const answerWithinMs = 3_000;
/** How often a holder may disappear between our two questions before we give up. */
const maxDisappearances = 20;

/**
 * Takes the lock `name` on an existing folder. The lock is a listening local socket, not a file with a process id:
 * the operating system releases it however the process ends, `kill -9` included. It does not keep the process alive.
 * It is limited to one network namespace: two containers that mount one folder do not see each other's locks.
 *
 * @param options.name - Letters only. Locks of different names on one folder are independent.
 * @param options.waitMs - How long to try while another process holds the lock, in milliseconds.
 * @throws {PersonaAgentError} `memory-folder-in-use`; the message and `details.holder` name the holder.
 */
export async function acquireFolderLock({
  folder,
  name,
  holder,
  waitMs = 0,
  address = lockAddress,
}: {
  readonly folder: string;
  readonly name: string;
  readonly holder: LockHolder;
  readonly waitMs?: number;
  /** Where the lock of this name on this real path listens. Only tests set it. */
  readonly address?: (name: string, path: string) => string;
}): Promise<FolderLock> {
  const path = await realpath(folder);
  const at = address(name, path);
  const since = new Date().toISOString();
  const deadline = performance.now() + waitMs;
  let disappearances = 0;
  for (;;) {
    // One attempt of this process at a time: an attempt could move away the socket file that another has just made.
    const result = await attempts.run(at, attempt);
    if (typeof result !== "string") return result;
    if (result === "gone") continue;
    if (performance.now() >= deadline) throw inUse(path, result);
    await delay(pollMs);
  }

  /** The lock, or the holder's answer. */
  async function attempt(): Promise<FolderLock | string> {
    const lock = await listen(at, () => `${JSON.stringify({ ...holder, since })}\n`);
    if (lock !== null) return lock;
    const other = await askHolder(at);
    if (other !== "gone") return other;
    if (disappearances++ >= maxDisappearances) return "silent";
    // Some systems keep the lock as a file.
    if (at.startsWith("/")) await removeStale(at);
    else await delay(pollMs / 2);
    return other;
  }
}

const attempts = createKeyedQueue();

/**
 * Reserves an existing folder, one that the user named with `--out`, for this process.
 *
 * @param use.doing - What another process that has the folder is doing; the error says so.
 * @throws {PersonaAgentError} `memory-folder-in-use`, with a way out.
 */
export async function ownFolder(
  folder: string,
  use: { readonly name: string; readonly command: string; readonly doing: string },
): Promise<FolderLock> {
  const { name, command, doing } = use;
  try {
    return await acquireFolderLock({ folder, name, holder: { pid: process.pid, command } });
  } catch (error) {
    if (!PersonaAgentError.is(error, "memory-folder-in-use")) throw error;
    throw new PersonaAgentError(
      "memory-folder-in-use",
      `Another process ${doing}; expected one at a time. Wait for it or end it, or name another folder with --out.`,
      { details: error.details },
    );
  }
}

function lockAddress(name: string, path: string): string {
  const id = `persona-agent-${name}-${createHash("sha256").update(path).digest("hex").slice(0, 32)}`;
  if (process.platform === "win32") return `\\\\.\\pipe\\${id}`;
  // An abstract socket has no file to clean up.
  if (process.platform === "linux" || process.platform === "android") return `\0${id}`;
  // Not os.tmpdir(): two processes with different TMPDIR would both hold the lock.
  return `/tmp/${id}`;
}

/** @returns Null when another process listens there, or left a socket file. */
function listen(at: string, answer: () => string): Promise<FolderLock | null> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.unref();
    socket.on("error", () => undefined);
    socket.on("close", () => open.delete(socket));
    socket.end(answer());
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE" || error.code === "EACCES") resolve(null);
      else reject(error);
    });
    // Exclusive: otherwise a worker of node:cluster shares its parent's socket, and so its lock.
    server.listen({ path: at, exclusive: true }, () => {
      // A failed accept (no file descriptors left) must not end the process.
      server.on("error", () => undefined);
      server.unref();
      resolve({ release });
    });
  });

  function release(): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
  }
}

/** The holder's line; `silent` when it accepted the connection and did not answer; `gone` when nothing listens. */
function askHolder(at: string): Promise<string> {
  return new Promise((resolve) => {
    let line = "";
    const socket = createConnection({ path: at });
    const done = (answer: string) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setEncoding("utf8");
    socket.setTimeout(answerWithinMs, () => done("silent"));
    socket.on("data", (part: string) => {
      line += part;
      if (line.includes("\n")) done(line.slice(0, line.indexOf("\n")));
      else if (line.length > 10_000) done("silent");
    });
    socket.on("close", () => done(line === "" ? "gone" : line));
    socket.on("error", (error: NodeJS.ErrnoException) =>
      done(error.code === "ECONNREFUSED" || error.code === "ENOENT" ? "gone" : "silent"),
    );
  });
}

/** Moved before it is removed: of two processes that found the socket file stale, only one can move it. */
async function removeStale(at: string): Promise<void> {
  const aside = `${at}.${randomUUID()}`;
  try {
    await rename(at, aside);
  } catch {
    return;
  }
  // Another process may have listened again before we moved the file. Then it goes back, unless there is a newer one.
  if ((await askHolder(aside)) !== "gone") await link(aside, at).catch(() => undefined);
  await rm(aside, { force: true });
}

function inUse(path: string, answer: string) {
  const holder = parseHolder(answer);
  const who =
    holder === null
      ? "another process that does not answer"
      : `process ${holder.pid} (${holder.command}) since ${holder.since}`;
  const instead =
    holder?.url === undefined
      ? "for several processes at once set DATABASE_URL and CHROMA_URL to a PostgreSQL and a Chroma server"
      : `work through that server: all commands on a user's data take --url ${holder.url}`;
  return new PersonaAgentError(
    "memory-folder-in-use",
    `The data folder ${path} is in use by ${who}; expected it to be free, because it belongs to one process at a time. End that process, name another folder with --data-dir, or ${instead}.`,
    { details: { folder: path, holder } },
  );
}

/** Null for an answer that is not a holder's. */
function parseHolder(answer: string) {
  try {
    const { pid, command, since, url } = JSON.parse(answer) as Record<string, unknown>;
    if (typeof pid !== "number") return null;
    const address = url === undefined ? {} : { url: printable(url) };
    return { pid, command: printable(command), since: printable(since), ...address };
  } catch {
    return null;
  }
}

/** @throws {TypeError} when it is no text. */
function printable(text: unknown): string {
  if (typeof text !== "string") throw new TypeError("Expected a text.");
  return text.replaceAll(/[\p{Cc}\s]+/gu, " ").slice(0, 200);
}
