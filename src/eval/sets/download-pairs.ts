import { mkdir, readdir, rename, rm, rmdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import { PersonaAgentError } from "../../errors.js";
import { ownFolder } from "../../system/own-folder.js";
import { fetchFile, lengthOf, notFetched, reasonOf } from "./fetch-file.js";
import type { LampFile, LampPair } from "./lamp-files.js";
import { openEvalSet } from "./open-eval-set.js";

/** What came of one split of one set. */
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

/** A folder that no reader takes for a set: files lie in it until both of a pair are whole and checked. */
const staging = ".part";

/** The files of those pairs that are not in the folder yet. */
export async function missingFiles(pairs: readonly LampPair[], out: string): Promise<LampFile[]> {
  const missing: LampFile[] = [];
  for (const pair of pairs) {
    const here = await inPlace(pair, out);
    missing.push(...pair.filter((file) => !here.includes(file)));
  }
  return missing;
}

/**
 * Fetches pairs one after the other. Both files of a pair get their place when both are whole and the evaluation's own
 * reader has taken them; what it refuses is removed, so that the next run fetches it anew.
 *
 * @param needed - Bytes to be fetched, as far as they are known: looked at before anything is.
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
  // Two that write one file would each take the other's bytes for its own.
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
    await removeEmpty(root);
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
  const here = await inPlace(pair, out);
  if (here.length === pair.length) return describe("was there", folder, pair);

  const waiting = join(root, set);
  await makeFolder(waiting);
  try {
    // A run that was killed between the two renames left one in place. It waits for the other again: no pair goes unchecked.
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
    await removeEmpty(waiting);
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

/** Those of a pair that lie in the set's folder. */
async function inPlace(pair: LampPair, out: string): Promise<LampFile[]> {
  const folder = join(out, pair[0].set);
  try {
    const names = await readdir(folder);
    return pair.filter(({ name }) => names.includes(name));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw notUsable(folder, error);
  }
}

/** What an earlier run left is part of what is needed, and takes no more room. */
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
    throw notUsable(path, error);
  }
}

/** What a broken-off run is to go on with stays. */
async function removeEmpty(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    if (!hasCode(error, "ENOTEMPTY") && !hasCode(error, "ENOENT")) throw error;
  }
}

function notUsable(path: string, error: unknown): PersonaAgentError {
  return notFetched(
    `The folder ${path} cannot be used (${reasonOf(error)}); expected one that can be written to. Choose another --out.`,
    error,
  );
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
