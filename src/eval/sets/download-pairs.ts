import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, rmdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import { PersonaAgentError } from "../../system/errors.js";
import { ownFolder } from "../../system/folder-lock.js";
import { fetchFile, lengthOf, notFetched, reasonOf } from "./fetch-file.js";
import type { LampFile, LampPair } from "./lamp-files.js";
import { openEvalSet } from "./open-eval-set.js";

/** The result for one split of one set. */
export interface DownloadedSplit {
  readonly set: string;
  readonly split: string;
  readonly folder: string;
  readonly state: "fetched" | "was there";
  readonly users: number;
  readonly questions: number;
}

export interface DownloadOptions {
  /** Created where it is missing; each set gets a folder in it. */
  readonly out: string;
  readonly signal: AbortSignal;
  readonly progress?: (file: LampFile, bytes: number, total: number | null) => void;
  readonly onDone?: (done: DownloadedSplit) => void;
}

/** No reader takes this folder for a set: files stay in it until both of a pair are whole and checked. */
const staging = ".part";

/** The files of those pairs that are not in the folder yet. */
export function missingFiles(pairs: readonly LampPair[], out: string): LampFile[] {
  return pairs.flat().filter(({ set, name }) => !existsSync(join(out, set, name)));
}

/**
 * Fetches pairs one after the other. Both files of a pair move to their place when both are whole and `openEvalSet` has
 * read them; a pair that it refuses is removed, so that the next run fetches it again.
 *
 * @param needed - The known bytes to fetch, checked against the disk's free space first.
 * @throws {PersonaAgentError} `config-download-failed`; `config-file-invalid` for files that are not as LaMP's are;
 *   `memory-folder-in-use` while another download writes there.
 */
export async function downloadPairs(
  pairs: readonly LampPair[],
  needed: number,
  options: DownloadOptions,
): Promise<DownloadedSplit[]> {
  const root = join(options.out, staging);
  await makeFolder(root);
  // Two downloads into one file would mix their bytes.
  const lock = await ownFolder(root, {
    name: "download",
    command: "persona-agent eval-download",
    doing: `downloads into ${options.out}`,
  });
  const results: DownloadedSplit[] = [];
  try {
    await checkRoom(pairs, root, needed);
    for (const pair of pairs) {
      const done = await downloadPair(pair, root, options);
      results.push(done);
      options.onDone?.(done);
    }
  } finally {
    await lock.release();
    await removeIfEmpty(root);
  }
  return results;
}

async function downloadPair(
  pair: LampPair,
  root: string,
  { out, signal, progress = () => {} }: DownloadOptions,
): Promise<DownloadedSplit> {
  const [{ set }] = pair;
  const folder = join(out, set);
  const here = inPlace(pair, out);
  if (here.length === pair.length) return describe("was there", folder, pair);

  const waiting = join(root, set);
  await makeFolder(waiting);
  try {
    // A kill between the two renames left one file in place: it is checked again with the other.
    for (const { name } of here) await rename(join(folder, name), join(waiting, name));
    const whole = await readdir(waiting);
    for (const file of pair) {
      if (whole.includes(file.name)) continue;
      await fetchFile(file.url, join(waiting, file.name), {
        signal,
        progress: (bytes, total) => progress(file, bytes, total),
      });
    }
    const done = await describe("fetched", waiting, pair);
    await makeFolder(folder);
    for (const { name } of pair) await rename(join(waiting, name), join(folder, name));
    return { ...done, folder };
  } catch (error) {
    if (!PersonaAgentError.is(error, "config-file-invalid")) throw error;
    for (const { name } of pair) await rm(join(waiting, name), { force: true });
    const message = `What arrived for ${set} cannot be used and was removed: ${error.message}`;
    throw new PersonaAgentError(error.code, message, { cause: error });
  } finally {
    await removeIfEmpty(waiting);
  }
}

/** @throws {PersonaAgentError} `config-file-invalid` for files that the evaluation would refuse. */
async function describe(
  state: DownloadedSplit["state"],
  folder: string,
  [{ set, split }]: LampPair,
): Promise<DownloadedSplit> {
  const { users } = await openEvalSet(folder, split);
  const questions = users.reduce((sum, { questionIds }) => sum + questionIds.length, 0);
  return { set, split, folder, state, users: users.length, questions };
}

/** The files of a pair that are in the set's folder. */
function inPlace(pair: LampPair, out: string): LampFile[] {
  return pair.filter(({ set, name }) => existsSync(join(out, set, name)));
}

/** What an earlier run left takes no more room. */
async function checkRoom(pairs: readonly LampPair[], root: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(root);
  const free = bavail * bsize;
  let left = needed;
  for (const { set, name } of pairs.flat())
    for (const path of [join(root, set, name), join(root, set, `${name}.part`)])
      left -= await lengthOf(path);
  if (free < left)
    throw notFetched(
      `The files take ${left} bytes more and the disk of ${root} has ${free} left; expected room for them. Make room, choose fewer, or another --out.`,
    );
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw notFetched(
      `The folder ${path} cannot be used (${reasonOf(error)}); expected one that can be written to. Choose another --out.`,
      error,
    );
  }
}

/** Keeps what an interrupted run can resume with. */
async function removeIfEmpty(path: string): Promise<void> {
  await rmdir(path).catch(() => {});
}
