import { createHash, randomUUID } from "node:crypto";
import { link, realpath, rename, rm } from "node:fs/promises";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { PersonaAgentError } from "../errors.js";
import { createKeyedQueue } from "./keyed-queue.js";

/** What a second taker is told. Read whenever one asks, so a getter may tell a `url` known only later. */
export interface LockHolder {
  readonly pid: number;
  /** What the user started, as they would recognise it: `persona-agent import`. */
  readonly command: string;
  /** Where the holder can be talked to instead, when it is a server. */
  readonly url?: string | undefined;
}

export interface FolderLock {
  /** Gives the lock back; a second call does nothing. */
  release(): Promise<void>;
}

const pollMs = 50;
const answerWithinMs = 3_000;
/** How often a holder that vanished between our two questions is looked for again before we give up. */
const vanishedAtMost = 20;

/**
 * Takes the lock `name` on a folder that exists. The lock is a listening local socket and not a file with a
 * number in it, so the operating system takes it back however the process ended, `kill -9` included, and no
 * process id is ever mistaken for another's. It does not keep the process alive. It reaches as far as one
 * machine's network namespace: two containers that mount one folder do not see each other's.
 *
 * @param options.name - Letters only. Locks of different names on one folder are independent.
 * @param options.waitMs - For how long to keep trying while another holds it.
 * @throws {PersonaAgentError} `memory-folder-in-use`, naming the holder; it is in `details.holder` too.
 */
export async function acquireFolderLock({
  folder,
  name,
  holder,
  waitMs = 0,
  now = () => new Date(),
  address = lockAddress,
}: {
  readonly folder: string;
  readonly name: string;
  readonly holder: LockHolder;
  readonly waitMs?: number;
  readonly now?: () => Date;
  /** Where the lock of this name on this real path listens. Given by tests only. */
  readonly address?: (name: string, path: string) => string;
}): Promise<FolderLock> {
  const path = await realpath(folder);
  const at = address(name, path);
  const since = now().toISOString();
  const deadline = performance.now() + waitMs;
  let vanished = 0;
  for (;;) {
    // One taker of this process after the other: one would move aside the socket file that another has just made.
    const taken = await takers.run(at, attempt);
    if (typeof taken !== "string") return taken;
    if (taken === "gone") continue;
    if (performance.now() >= deadline) throw inUse(path, taken);
    await delay(pollMs);
  }

  /** The lock, or what its holder says. */
  async function attempt(): Promise<FolderLock | string> {
    const lock = await listen(at, () => `${JSON.stringify({ ...holder, since })}\n`);
    if (lock !== null) return lock;
    const other = await askHolder(at);
    if (other !== "gone") return other;
    if (vanished++ >= vanishedAtMost) return "silent";
    if (isSocketFile(at)) await removeStale(at);
    else await delay(pollMs / 2);
    return other;
  }
}

const takers = createKeyedQueue();

function lockAddress(name: string, path: string): string {
  const id = `persona-agent-${name}-${createHash("sha256").update(path).digest("hex").slice(0, 32)}`;
  if (process.platform === "win32") return `\\\\.\\pipe\\${id}`;
  // An abstract socket: it has no file, so nothing is left to clean up.
  if (process.platform === "linux" || process.platform === "android") return `\0${id}`;
  // Not os.tmpdir(): two processes with different TMPDIR would then both hold the lock.
  return `/tmp/${id}`;
}

const isSocketFile = (at: string) => at.startsWith("/");

/** @returns Null when somebody else listens there already, or left a socket file. */
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
    // Exclusive: a worker of node:cluster would otherwise share its parent's socket, and so its lock.
    server.listen({ path: at, exclusive: true }, () => {
      // A failed accept (no file descriptors left) costs one asker his answer, not the process.
      server.on("error", () => undefined);
      server.unref();
      resolve({ release: () => close(server, open) });
    });
  });
}

function close(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of open) socket.destroy();
  });
}

/** The holder's line, `silent` when it took the call and did not answer, `gone` when nobody listens. */
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

/**
 * A socket file outlives its process. It is moved aside before it is removed: of two takers that found it
 * stale only one can move it, so neither removes the socket that the other has just made.
 */
async function removeStale(at: string): Promise<void> {
  const aside = `${at}.${randomUUID()}`;
  const moved = await rename(at, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  // Whoever came first may have listened again before we moved it: then it goes back, over nobody's.
  if ((await askHolder(aside)) !== "gone") await link(aside, at).catch(() => undefined);
  await rm(aside, { force: true });
}

function inUse(path: string, answer: string) {
  const holder = parseHolder(answer);
  const who =
    holder === null
      ? "another process that does not say who it is"
      : `process ${holder.pid} (${holder.command}) since ${holder.since}`;
  const instead =
    holder?.url === undefined
      ? "for several processes at once set DATABASE_URL and CHROMA_URL to a PostgreSQL and a Chroma server"
      : `talk to that running server with --url ${holder.url}`;
  return new PersonaAgentError(
    "memory-folder-in-use",
    `The data folder ${path} is in use by ${who}; expected it to be free, because it belongs to one process at a time. End that process, name another folder with --data-dir, or ${instead}.`,
    { details: { folder: path, holder } },
  );
}

function parseHolder(answer: string) {
  let told: unknown;
  try {
    told = JSON.parse(answer);
  } catch {
    return null;
  }
  if (typeof told !== "object" || told === null) return null;
  const { pid, command, since, url } = told as Record<string, unknown>;
  if (typeof pid !== "number" || typeof command !== "string" || typeof since !== "string")
    return null;
  const printable = (text: string) => text.replaceAll(/[\p{Cc}\s]+/gu, " ").slice(0, 200);
  return {
    pid,
    command: printable(command),
    since: printable(since),
    ...(typeof url === "string" ? { url: printable(url) } : {}),
  };
}
