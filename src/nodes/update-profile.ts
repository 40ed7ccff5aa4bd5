import type { Episode } from "../domain/episode.js";
import type { Profile, ProfileStatement } from "../domain/profile.js";
import { estimateTokens } from "../domain/text/storable-text.js";
import { noUsage, type Usage } from "../domain/usage.js";
import type { Memory } from "../memory/memory.js";
import type { NewProfile } from "../memory/personas/profile-log.js";
import { renderAnswerCounts, renderHistory } from "../prompts/learning/history.js";
import {
  type ProfileRevision,
  profileRevisionPrompt,
  profileRevisionSchema,
  renderCurrentStatements,
} from "../prompts/learning/profile-revision.js";
import {
  askForProfile,
  type BuildProfileOptions,
  defaultProfileTokens,
  drawProfile,
  groundedStatement,
  shownEpisodes,
} from "./draw-profile.js";
import { readWholeHistory } from "./read-history.js";

/** Most current statements that the model is shown; a profile is asked for as many. */
const maxStatements = 12;

export interface RefreshProfileOptions extends Omit<BuildProfileOptions, "profiles"> {
  readonly profiles: Pick<Memory["profiles"], "appendAfter" | "current">;
}

/** `changed`: whether a new version was appended. `profile` is the current one in any case. */
export interface RefreshedProfile {
  readonly profile: Profile | null;
  readonly usage: Usage;
  readonly changed: boolean;
}

/**
 * Brings a user's profile up to date in at most one model call, which is given the current statements, the latest new
 * items that fit, and the answers counted over the whole history.
 *
 * - Nothing new: no call. So a run that was killed after the append does not pay twice.
 * - Episodes were only deleted, and no statement rested on them: no call.
 * - No current statement, statements that a deletion took, more new items than old ones, or episodes that were inserted
 *   before the last one read (a late turn, an older history; which ones is unknown): drawn from the whole history, as
 *   `buildProfile` does.
 *
 * New are episodes after the last one read, and those whose true answer or reason arrived or was corrected since, by the
 * time of its feedback. Counted but not seen as new: an answer dated before the profile, and a late episode when another
 * was deleted.
 *
 * A version that a reflection appended meanwhile stays the current one; the next refresh begins from it.
 *
 * @throws {PersonaAgentError} `model-output-invalid` as `buildProfile`, with the cost in `details.usage`.
 */
export async function refreshProfile(
  userId: string,
  options: RefreshProfileOptions,
): Promise<RefreshedProfile> {
  // In this order: with a history older than the profile, episodes would seem to be deleted.
  const current = await options.profiles.current(userId);
  const history = await readWholeHistory(userId, options.episodes, options.now);
  const { at, episodes } = history;
  const append = (profile: NewProfile) =>
    options.profiles.appendAfter(userId, current?.id ?? null, profile);
  const refreshed = async (appended: Profile | null, usage: Usage) => {
    const profile = appended ?? (await options.profiles.current(userId));
    return { profile, usage, changed: appended !== null };
  };
  const redraw = async () => {
    const { profile, usage } = await drawProfile(userId, history, options, append);
    return refreshed(profile, usage);
  };
  if (current === null) return redraw();

  const last = current.lastEpisodeId ?? "";
  const readCount = episodes.filter(({ id }) => id <= last).length;
  const fresh = episodes.filter(
    (episode) => episode.id > last || isAnsweredWithin(episode, current.at, at),
  );
  if (Math.max(readCount, fresh.length) > current.episodeCount) return redraw();
  if (fresh.length === 0 && readCount === current.episodeCount)
    return { profile: current, usage: noUsage, changed: false };
  const existing = new Set(episodes.map(({ id }) => id));
  // None is missing unless it was deleted by a build that erased nothing, or in the store itself.
  const statements = current.statements.filter(({ evidence }) =>
    evidence.every((id) => existing.has(id)),
  );
  const isIncomplete = statements.length < current.statements.length;
  if (isIncomplete && episodes.length > 0) return redraw();
  if (fresh.length > 0 && statements.length === 0) return redraw();

  const revised =
    fresh.length === 0
      ? { statements: [], usage: noUsage }
      : await revise(userId, statements, fresh, episodes, options);
  // An answer without statements is a failed one; the user keeps the present profile.
  const isRevised = revised.statements.length > 0;
  const profile = await append({
    at,
    statements: isRevised ? revised.statements : statements,
    lastEpisodeId: episodes.at(-1)?.id ?? null,
    episodeCount: episodes.length,
    model: isRevised ? options.modelName : current.model,
  });
  return refreshed(profile, revised.usage);
}

/**
 * Or whose reason was given within. The upper bound: an answer dated in the future would otherwise be new at every
 * refresh until then.
 */
export function isAnsweredWithin(
  { groundTruth, feedback }: Episode,
  after: string,
  until: string,
): boolean {
  if (feedback === null || (groundTruth === null && feedback.reason === null)) return false;
  const time = Date.parse(feedback.at);
  return time > Date.parse(after) && time <= Date.parse(until);
}

async function revise(
  userId: string,
  current: readonly ProfileStatement[],
  fresh: readonly Episode[],
  episodes: readonly Episode[],
  options: RefreshProfileOptions,
): Promise<{ readonly statements: ProfileStatement[]; readonly usage: Usage }> {
  const { shown, statements } = renderStatements(current, episodes);
  const parts = { statements, counts: renderAnswerCounts(episodes) };
  const used = estimateTokens(profileRevisionPrompt.render({ ...parts, history: "" }));
  const left = (options.maxTokens ?? defaultProfileTokens) - used;
  const { block, episodeIds } = renderHistory(fresh, left, (id) =>
    shown.flatMap(({ evidence }, index) => (evidence.includes(id) ? [index + 1] : [])),
  );
  const prompt = profileRevisionPrompt.render({ ...parts, history: block });
  const { answer, usage } = await askForProfile(userId, prompt, profileRevisionSchema, options);
  return { statements: revisedStatements(shown, answer, episodeIds, episodes), usage };
}

/**
 * The statements that a revision comes to. One that it replaces goes to the history of the new one, with its evidence;
 * it stays as it is where the new one has none of its own, because then nothing shows the change.
 *
 * @param episodes - All that are known, oldest first; answers are counted in those.
 */
export function revisedStatements(
  shown: readonly ProfileStatement[],
  { revisedStatements: entries }: ProfileRevision,
  episodeIds: readonly string[],
  episodes: readonly Episode[],
): ProfileStatement[] {
  const numbered = (numbers: readonly number[]) =>
    [...new Set(numbers)].flatMap((number) => shown[number - 1] ?? []);
  const kept = numbered(entries.flatMap(({ keeps }) => keeps));
  const gone = new Set<ProfileStatement>();
  const statements = entries.flatMap(({ text, keeps, replaces, items }) => {
    const goesOn = numbered(keeps);
    const replaced = numbered(replaces).filter((one) => !goesOn.includes(one));
    const written = groundedStatement(
      text,
      [...goesOn.flatMap(({ evidence }) => evidence), ...shownEpisodes(items, episodeIds)],
      episodes,
      [
        ...replaced.map(({ text: before, evidence }) => ({ text: before, evidence })),
        ...[...goesOn, ...replaced].flatMap((one) => one.replaces),
      ],
    );
    if (written.length > 0) for (const one of replaced) gone.add(one);
    return written;
  });
  const stays = numbered(entries.flatMap(({ replaces }) => replaces)).filter(
    (one) => !gone.has(one) && !kept.includes(one),
  );
  return [...statements, ...stays];
}

/** The present statements that a revision is shown, as the prompt has them. */
export function renderStatements(
  current: readonly ProfileStatement[],
  episodes: readonly Episode[],
): { readonly shown: readonly ProfileStatement[]; readonly statements: string } {
  const shown = current.slice(0, maxStatements);
  const times = new Map(episodes.map(({ id, at }) => [id, at]));
  const statements = renderCurrentStatements(
    shown.map(({ text, evidence }) => ({
      text,
      interactions: evidence.length,
      latest: times.get(evidence.toSorted().at(-1) ?? "") ?? null,
    })),
  );
  return { shown, statements };
}
