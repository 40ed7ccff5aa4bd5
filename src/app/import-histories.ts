import type { Episode } from "../domain/episode.js";
import { addUsage, noUsage, usageOfError } from "../domain/usage.js";
import type { Usage } from "../domain/usage.js";
import { PersonaAgentError } from "../system/errors.js";
import type { EpisodicMemory, MemoryDegradation } from "../memory/episodes/episodic-memory.js";
import type { HistorySource, ReadOptions } from "../formats/history-source.js";
import { type FileReading, openHistories } from "../formats/open-histories.js";
import { askedQuestion } from "../domain/asked-question.js";
import {
  type AnswerKind,
  type AnswerKinds,
  createAnswerCount,
} from "../domain/scoring/answer-kinds.js";
import { mapConcurrently } from "../system/map-concurrently.js";
import type { Visits } from "../memory/visits.js";
import { type ImportVisits, openImportVisits } from "./import-visits.js";
import { createTimeline } from "../formats/import-timeline.js";

export interface SurveyOptions extends ReadOptions {
  /** How the file is to be read, beyond what stands in it. */
  readonly reading?: FileReading;
  readonly signal: AbortSignal;
}

export interface ImportOptions extends SurveyOptions {
  /** Whether to create or update each user's profile: at most one model call a user. */
  readonly profiles: boolean;
  readonly profileTokens?: number | undefined;
  /** Called at the start of each part and during it. */
  readonly progress: (part: "episodes" | "profiles", done: number, total: number) => void;
}

/** An entry of the data that was left out; `line` is its number, 0 if it belongs to no entry. */
export interface Skipped {
  readonly line: number;
  readonly reason: string;
}

export interface HistorySurvey {
  /** Users of the data with episodes in memory, in the order of the data. */
  readonly users: readonly string[];
  /** Distinct episodes of the data in memory, both new ones and earlier ones. */
  readonly episodes: number;
  /** Of these, how many have no date. */
  readonly undated: number;
  readonly skipped: readonly Skipped[];
  /** How the true answers of these episodes are scored. */
  readonly answers: AnswerKinds;
  /** Keys of the data that nothing reads, at most 20. */
  readonly unread: readonly string[];
}

export interface ImportResult extends HistorySurvey {
  readonly usage: Usage;
  readonly degraded: readonly MemoryDegradation[];
}

/** What an import would bring, as far as the data tells. */
export interface ImportPreview extends HistorySurvey {
  /** The first episodes of the data, at most three. */
  readonly first: readonly PreviewedEpisode[];
}

export interface PreviewedEpisode {
  readonly user: string;
  readonly at: string | null;
  /** As a simulation asks it. */
  readonly question: string;
  readonly answer: string | null;
  readonly kind: AnswerKind;
}

/** The parts of an agent that an import needs. */
export interface ImportTarget {
  readonly memory: {
    readonly episodes: Pick<EpisodicMemory, "addMany">;
    readonly visits?: Pick<Visits, "open">;
  };
  refreshProfile(
    userId: string,
    call: { readonly maxTokens?: number; readonly signal: AbortSignal },
  ): Promise<{ readonly usage: Usage }>;
}

/** Episodes of one user in one write, and of all users that wait for it: the limit of the memory used. */
const batchSize = 256;
const maxWaiting = 4_000;
/** While one user's episodes are indexed, another's are embedded and stored. */
const usersAtOnce = 3;
const profilesAtOnce = 4;
const previewed = 3;
const mostUnread = 20;

/**
 * Imports histories into memory. A first pass only checks, so that a broken file changes nothing. Then come the
 * episodes, in the file's order for each user, and an update of each user's profile. Each part can be repeated, so the
 * same call completes an interrupted import.
 *
 * @param histories - A path, or a source that is open already.
 * @throws {PersonaAgentError} `config-file-invalid` before anything was written.
 */
export async function importHistories(
  histories: string | HistorySource,
  withTarget: <Result>(work: (target: ImportTarget) => Promise<Result>) => Promise<Result>,
  options: ImportOptions,
): Promise<ImportResult> {
  const source =
    typeof histories === "string" ? await openHistories(histories, options.reading) : histories;
  const survey = await surveyHistories(source, options);
  return withTarget(async (target) => {
    const visits = openImportVisits(target.memory.visits);
    try {
      const degraded = await writeEpisodes(source, target, survey.episodes, options, visits);
      const drawn = options.profiles
        ? await drawProfiles(survey.users, target, options, visits)
        : { usage: noUsage, skipped: [] };
      return imported(survey, degraded, {
        ...drawn,
        skipped: [...drawn.skipped, ...visits.skipped()],
      });
    } finally {
      visits.end();
    }
  });
}

function imported(
  survey: HistorySurvey,
  degraded: readonly MemoryDegradation[],
  drawn: Pick<ImportResult, "usage" | "skipped">,
): ImportResult {
  return {
    users: survey.users,
    episodes: survey.episodes,
    undated: survey.undated,
    skipped: [...survey.skipped, ...drawn.skipped],
    answers: survey.answers,
    unread: survey.unread,
    usage: drawn.usage,
    degraded,
  };
}

/**
 * Reads histories as an import would, and writes nothing.
 *
 * @throws {PersonaAgentError} `config-file-invalid`
 */
export async function previewHistories(
  path: string,
  options: SurveyOptions,
): Promise<ImportPreview> {
  return surveyHistories(await openHistories(path, options.reading), options);
}

async function surveyHistories(
  source: HistorySource,
  options: SurveyOptions,
): Promise<ImportPreview> {
  const toEpisode = createTimeline();
  const users = new Set<string>();
  const skipped: Skipped[] = [];
  const count = createAnswerCount();
  const first: PreviewedEpisode[] = [];
  const unread = new Set<string>();
  let [episodes, undated] = [0, 0];
  for await (const entry of source.read(options)) {
    options.signal.throwIfAborted();
    if (!entry.ok) {
      skipped.push({ line: entry.line, reason: entry.reason });
      continue;
    }
    users.add(entry.user);
    for (const key of entry.unread ?? []) if (unread.size < mostUnread) unread.add(key);
    const episode = toEpisode(entry.user, entry.item);
    if (episode === null) continue;
    episodes += 1;
    const kind = count.add(entry.user, episode);
    const { at, groundTruth: answer } = episode;
    if (at === null) undated += 1;
    if (first.length < previewed)
      first.push({ user: entry.user, at, question: askedQuestion(episode), answer, kind });
  }
  const absent = [...(options.users ?? [])].filter((user) => !users.has(user));
  if (absent.length > 0 && users.size === 0)
    throw new PersonaAgentError(
      "config-user-invalid",
      `The data holds no items of ${absent.map((user) => JSON.stringify(user)).join(", ")}; expected one of its users. Check the names.`,
    );
  for (const user of absent)
    skipped.push({ line: 0, reason: `the data holds no items of ${JSON.stringify(user)}` });
  return {
    users: [...users],
    episodes,
    undated,
    skipped,
    answers: count.counted(),
    unread: [...unread],
    first,
  };
}

async function writeEpisodes(
  source: HistorySource,
  { memory }: ImportTarget,
  total: number,
  options: ImportOptions,
  visits: ImportVisits,
): Promise<MemoryDegradation[]> {
  const toEpisode = createTimeline();
  const waiting = new Map<string, Episode[]>();
  const degraded = new Set<MemoryDegradation>();
  let waitingCount = 0;
  let done = 0;
  options.progress("episodes", 0, total);

  const write = async (user: string) => {
    options.signal.throwIfAborted();
    const episodes = waiting.get(user) ?? [];
    waiting.delete(user);
    waitingCount -= episodes.length;
    const written = await visits.within(user, () => memory.episodes.addMany(user, episodes));
    for (const reason of written?.degraded ?? []) degraded.add(reason);
    done += episodes.length;
    options.progress("episodes", done, total);
  };
  const writeAll = () => mapConcurrently([...waiting.keys()], usersAtOnce, write);

  for await (const entry of source.read(options)) {
    const episode = entry.ok ? toEpisode(entry.user, entry.item) : null;
    if (!entry.ok || episode === null) continue;
    const episodes = waiting.get(entry.user) ?? [];
    episodes.push(episode);
    waiting.set(entry.user, episodes);
    waitingCount += 1;
    if (episodes.length >= batchSize) await write(entry.user);
    else if (waitingCount >= maxWaiting) await writeAll();
  }
  await writeAll();
  return [...degraded];
}

async function drawProfiles(
  users: readonly string[],
  target: ImportTarget,
  options: ImportOptions,
  visits: ImportVisits,
): Promise<{ readonly usage: Usage; readonly skipped: readonly Skipped[] }> {
  const { signal, profileTokens, progress } = options;
  const skipped: Skipped[] = [];
  let usage = noUsage;
  let done = 0;
  progress("profiles", 0, users.length);
  await mapConcurrently(users, profilesAtOnce, async (user) => {
    signal.throwIfAborted();
    try {
      const refreshed = await visits.within(user, () =>
        target.refreshProfile(user, {
          signal,
          ...(profileTokens === undefined ? {} : { maxTokens: profileTokens }),
        }),
      );
      usage = addUsage(usage, refreshed?.usage ?? noUsage);
    } catch (error) {
      // An invalid answer fails only that user's profile, not the import.
      if (!PersonaAgentError.is(error, "model-output-invalid")) throw error;
      usage = addUsage(usage, usageOfError(error.details));
      skipped.push({ line: 0, reason: `no profile for ${user}: ${error.message}` });
    }
    done += 1;
    progress("profiles", done, users.length);
  });
  return { usage, skipped };
}
