import { constants } from "node:fs";
import { access, mkdir, realpath, stat } from "node:fs/promises";
import { PersonaAgentError } from "../../errors.js";
import { acquireFolderLock } from "../../system/folder-lock.js";

/** A folder that holds everything the embedded services keep, and that is this process's alone. */
export interface DataFolder {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** Gives the folder back. Close what is kept in it first; a second call does nothing. */
  close(): Promise<void>;
}

/**
 * Takes a data folder for this process, creating it (readable by its owner only) when it is missing. A data
 * folder belongs to one process at a time: neither PGlite nor Chroma protests when two open one folder, and
 * then both diverge. However the process ends, the next one can take the folder.
 *
 * @param options.command - What the user started; a second process is told it.
 * @param options.url - Where this process can be talked to, when it is a server; told likewise.
 * @param options.waitMs - For how long to wait for another process to give the folder back.
 * @throws {PersonaAgentError} `config-invalid`, `memory-folder-in-use`
 */
export async function openDataFolder({
  folder,
  command,
  url,
  waitMs = 0,
}: {
  readonly folder: string;
  readonly command: string;
  readonly url?: string | undefined;
  readonly waitMs?: number;
}): Promise<DataFolder> {
  const path = await prepare(folder);
  const holder = { pid: process.pid, command, url };
  const lock = await acquireFolderLock({ folder: path, name: "owner", holder, waitMs });
  return { path, close: () => lock.release() };
}

async function prepare(folder: string): Promise<string> {
  if (folder === "") throw refused(folder, "is an empty name");
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (!(await stat(folder)).isDirectory()) throw refused(folder, "is a file");
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(folder);
  } catch (error) {
    if (PersonaAgentError.is(error)) throw error;
    throw refused(folder, reasonOf(error), error);
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "EEXIST":
      return "is a file";
    case "ENOTDIR":
      return "lies below a file";
    case "EACCES":
    case "EPERM":
      return "cannot be written by this user";
    case "EROFS":
      return "lies on a read-only file system";
    default:
      return `cannot be made or opened (${code})`;
  }
}

function refused(folder: string, reason: string, cause?: unknown) {
  return new PersonaAgentError(
    "config-invalid",
    `The data folder ${JSON.stringify(folder)} ${reason}; expected a folder that can be written. Name another with --data-dir.`,
    { details: { folder }, cause },
  );
}
