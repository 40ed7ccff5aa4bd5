import type { Episode } from "../domain/episode.js";
import { addUsage, noUsage, usageOfError } from "../domain/usage.js";
import type { Usage } from "../domain/usage.js";
import { PersonaAgentError } from "../errors.js";
import type { OpenAgent } from "./open-persona-agent.js";
import type { MemoryDegradation } from "../memory/episodes/episodic-memory.js";
import type { HistorySource, ReadOptions } from "../formats/history-source.js";
import { openHistories } from "../formats/open-histories.js";
import { mapConcurrently } from "../system/map-concurrently.js";
import { createTimeline } from "../formats/import-timeline.js";

export interface ImportOptions extends ReadOptions {
  /** Whether each user's profile is drawn or brought up to date: at most one model call a user. */
  readonly profiles: boolean;
  readonly profileTokens?: number;
  readonly signal: AbortSignal;
  /** Told at the beginning of each part and as it goes on. */
  readonly progress: (part: "episodes" | "profiles", done: number, total: number) => void;
}

/** An entry of the data that was left out; `line` is its number there, 0 for what belongs to no entry. */
export interface Skipped {
  readonly line: number;
  readonly reason: string;
}

export interface ImportResult {
  /** Users of the data that now have episodes in memory. */
  readonly users: number;
  /** Distinct episodes of the data that are now in memory, whether they came now or had been there. */
  readonly episodes: number;
  readonly skipped: readonly Skipped[];
  readonly usage: Usage;
  readonly degraded: readonly MemoryDegradation[];
}

/** The part of an open agent that an import needs. */
export type ImportTarget = {
  readonly memory: {
    readonly episodes: Pick<OpenAgent["memory"]["episodes"], "addMany">;
  };
} & Pick<OpenAgent, "refreshProfile">;

/** Episodes of one user written at once, and of all users held back for it: what bounds the memory used. */
const writtenAtOnce = 256;
const heldAtMost = 4_000;
/** While one user's episodes are indexed, another's are embedded and stored. */
const usersAtOnce = 3;
const profilesAtOnce = 4;

/**
 * Brings histories into memory: first a reading that only checks, so that a broken file changes nothing;
 * then the episodes, in the file's order for each user; then each user's profile, brought up to date with what it
 * does not cover yet. Each part repeats harmlessly, so an import that was cut off is finished by the same call.
 *
 * @throws {PersonaAgentError} `config-file-invalid` before anything was written.
 */
export async function importHistories(
  path: string,
  withTarget: <Result>(work: (target: ImportTarget) => Promise<Result>) => Promise<Result>,
  options: ImportOptions,
): Promise<ImportResult> {
  const source = await openHistories(path);
  const survey = await surveyHistories(source, options);
  return withTarget(async (target) => {
    const degraded = await writeEpisodes(source, target, survey.episodes, options);
    const drawn = options.profiles
      ? await drawProfiles(survey.users, target, options)
      : { usage: noUsage, skipped: [] };
    return {
      users: survey.users.length,
      episodes: survey.episodes,
      skipped: [...survey.skipped, ...drawn.skipped],
      usage: drawn.usage,
      degraded,
    };
  });
}

async function surveyHistories(source: HistorySource, options: ImportOptions) {
  const toEpisode = createTimeline();
  const users = new Set<string>();
  const skipped: Skipped[] = [];
  let episodes = 0;
  for await (const entry of source.read(options)) {
    options.signal.throwIfAborted();
    if (!entry.ok) {
      skipped.push({ line: entry.line, reason: entry.reason });
      continue;
    }
    users.add(entry.user);
    if (toEpisode(entry.user, entry.item) !== null) episodes += 1;
  }
  const absent = [...(options.users ?? [])].filter((user) => !users.has(user));
  if (absent.length > 0 && users.size === 0)
    throw new PersonaAgentError(
      "config-user-invalid",
      `The data holds no items of ${absent.map((user) => JSON.stringify(user)).join(", ")}; expected one of its users. Check the names.`,
    );
  for (const user of absent)
    skipped.push({ line: 0, reason: `the data holds no items of ${JSON.stringify(user)}` });
  return { users: [...users], episodes, skipped };
}

async function writeEpisodes(
  source: HistorySource,
  { memory }: ImportTarget,
  total: number,
  options: ImportOptions,
): Promise<MemoryDegradation[]> {
  const toEpisode = createTimeline();
  const held = new Map<string, Episode[]>();
  const degraded = new Set<MemoryDegradation>();
  let heldCount = 0;
  let done = 0;
  options.progress("episodes", 0, total);

  const write = async (user: string) => {
    options.signal.throwIfAborted();
    const episodes = held.get(user) ?? [];
    held.delete(user);
    heldCount -= episodes.length;
    const written = await memory.episodes.addMany(user, episodes);
    for (const reason of written.degraded) degraded.add(reason);
    done += episodes.length;
    options.progress("episodes", done, total);
  };
  const writeAll = () => mapConcurrently([...held.keys()], usersAtOnce, write);

  for await (const entry of source.read(options)) {
    if (!entry.ok) continue;
    const episode = toEpisode(entry.user, entry.item);
    if (episode === null) continue;
    const episodes = held.get(entry.user) ?? [];
    episodes.push(episode);
    held.set(entry.user, episodes);
    heldCount += 1;
    if (episodes.length >= writtenAtOnce) await write(entry.user);
    else if (heldCount >= heldAtMost) await writeAll();
  }
  await writeAll();
  return [...degraded];
}

async function drawProfiles(
  users: readonly string[],
  target: ImportTarget,
  options: ImportOptions,
): Promise<{ readonly usage: Usage; readonly skipped: readonly Skipped[] }> {
  const { signal, profileTokens, progress } = options;
  const skipped: Skipped[] = [];
  let usage = noUsage;
  let done = 0;
  progress("profiles", 0, users.length);
  await mapConcurrently(users, profilesAtOnce, async (user) => {
    signal.throwIfAborted();
    try {
      const refreshed = await target.refreshProfile(user, {
        signal,
        ...(profileTokens === undefined ? {} : { maxTokens: profileTokens }),
      });
      usage = addUsage(usage, refreshed.usage);
    } catch (error) {
      // One answer that does not fit costs that user the profile, not everybody the import.
      if (!PersonaAgentError.is(error, "model-output-invalid")) throw error;
      usage = addUsage(usage, usageOfError(error.details));
      skipped.push({ line: 0, reason: `no profile for ${user}: ${error.message}` });
    }
    done += 1;
    progress("profiles", done, users.length);
  });
  return { usage, skipped };
}
