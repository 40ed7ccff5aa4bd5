import { constants } from "node:fs";
import { access, mkdir, realpath, stat } from "node:fs/promises";
import { PersonaAgentError } from "../../system/errors.js";
import { acquireFolderLock } from "../../system/folder-lock.js";

/** The folder with all data of the embedded services, reserved for this process. */
export interface DataFolder {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** Releases the folder. Close the services in it first. A second call does nothing. */
  close(): Promise<void>;
}

/**
 * Reserves a data folder for this process; creates it (readable by its owner only) when it does not exist. A data
 * folder belongs to one process at a time, because neither PGlite nor Chroma notices a second process on its files,
 * and then both diverge. The folder is free again however the process ends.
 *
 * @param options.command - What the user started; the error of a second process names it.
 * @param options.mustExist - Whether one that does not exist is refused.
 * @param options.url - The address of this process, when it is a server; that error names it too.
 * @throws {PersonaAgentError} `config-invalid`, `memory-folder-in-use`
 */
export async function openDataFolder({
  folder,
  command,
  url,
  mustExist = false,
}: {
  readonly folder: string;
  readonly command: string;
  readonly mustExist?: boolean;
  readonly url?: string | undefined;
}): Promise<DataFolder> {
  const path = await prepare(folder, mustExist);
  const holder = { pid: process.pid, command, url };
  const lock = await acquireFolderLock({ folder: path, name: "owner", holder });
  return { path, close: () => lock.release() };
}

const problems: Readonly<Record<string, string>> = {
  EEXIST: "is a file",
  ENOTDIR: "is below a file",
  EACCES: "cannot be written by this user",
  EPERM: "cannot be written by this user",
  EROFS: "is on a read-only file system",
};

async function prepare(folder: string, mustExist: boolean): Promise<string> {
  if (mustExist && (await isMissing(folder)))
    throw new PersonaAgentError(
      "config-invalid",
      `There is no data folder ${JSON.stringify(folder)}; expected one with memory. Correct --data-dir (PERSONA_DATA_DIR), or make it with \`import\`, \`ask\` or \`chat\`.`,
      { details: { folder } },
    );
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(folder);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const problem = problems[code] ?? `cannot be made or opened (${code})`;
    throw new PersonaAgentError(
      "config-invalid",
      `The data folder ${JSON.stringify(folder)} ${problem}; expected a folder that can be written. Name another with --data-dir.`,
      { details: { folder }, cause },
    );
  }
}

/** What else is wrong with it is told when it is opened. */
function isMissing(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => false,
    (error: unknown) => error instanceof Error && "code" in error && error.code === "ENOENT",
  );
}
