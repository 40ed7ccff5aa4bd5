import { PersonaAgentError } from "../errors.js";
import { acquireFolderLock, type FolderLock } from "./folder-lock.js";

/** What a folder is taken for: the lock's name, the command, and what another process that has it is doing. */
export interface FolderUse {
  readonly name: string;
  readonly command: string;
  readonly doing: string;
}

/**
 * Makes a folder that exists this process's alone, for what `--out` names.
 *
 * @throws {PersonaAgentError} `memory-folder-in-use`, with a way out.
 */
export async function ownFolder(
  folder: string,
  { name, command, doing }: FolderUse,
): Promise<FolderLock> {
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
