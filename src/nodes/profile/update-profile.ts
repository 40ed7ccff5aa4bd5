import type { Episode } from "../../domain/episode.js";
import type { Profile, ProfileStatement } from "../../domain/profile.js";
import { estimateTokens } from "../../domain/text/storable-text.js";
import { noUsage } from "../../domain/usage.js";
import type { Usage } from "../../domain/usage.js";
import type { ProfileLog } from "../../memory/personas/profile-log.js";
import { renderAnswerCounts, renderHistory } from "../../prompts/learning/history.js";
import {
  profileRevisionPrompt,
  profileRevisionSchema,
  renderCurrentStatements,
} from "../../prompts/learning/profile-revision.js";
import {
  askForProfile,
  type BuildProfileOptions,
  defaultProfileTokens,
  drawProfile,
  groundedStatement,
  shownEpisodes,
} from "./draw-profile.js";
import { readWholeHistory, type WholeHistory } from "./read-history.js";

/** Most present statements that the model is shown; as many as a profile is asked for. */
const maxStatements = 12;

export interface RefreshProfileOptions extends BuildProfileOptions {
  readonly profiles: Pick<ProfileLog, "append" | "current">;
}

/** `changed` tells whether a new version was appended; `profile` is the current one in any case. */
export interface RefreshedProfile {
  readonly profile: Profile | null;
  readonly usage: Usage;
  readonly changed: boolean;
}

/**
 * Brings a user's profile up to date with what they did since it was drawn, in one model call at most: the present
 * statements and the new items that fit (the latest), with the answers counted over the whole history.
 *
 * - Nothing new: no call. So a run that was killed after the append and starts again does not pay twice.
 * - Episodes were only deleted: no call; they are taken out of the evidence, and a statement left with none goes.
 * - No statement to go on from, more new than old, or episodes that came in behind the last one read (a late turn, an
 *   older history; which ones, nothing tells): drawn anew from the whole history, as `buildProfile` does.
 *
 * New is an episode after the last one read, and one whose true answer came or was corrected since, by the time of its
 * feedback. Not seen as new, though counted: an answer dated before the profile, and a late episode for which another
 * was deleted.
 *
 * @throws {PersonaAgentError} `model-output-invalid` as `buildProfile`, with the cost in `details.usage`.
 */
export async function refreshProfile(
  userId: string,
  options: RefreshProfileOptions,
): Promise<RefreshedProfile> {
  // In this order: a history older than the profile would look as if episodes had been deleted.
  const current = await options.profiles.current(userId);
  const history = await readWholeHistory(userId, options.episodes, options.now);
  if (current === null) return redrawn(userId, history, options);

  const { at, episodes } = history;
  const last = current.lastEpisodeId ?? "";
  const isRead = ({ id }: Episode) => id <= last;
  const readCount = episodes.filter(isRead).length;
  const fresh = episodes.filter(
    (episode) => !isRead(episode) || isAnsweredWithin(episode, current.at, at),
  );
  const statements = withoutDeleted(current.statements, episodes);
  const kept = {
    at,
    statements,
    lastEpisodeId: episodes.at(-1)?.id ?? null,
    episodeCount: episodes.length,
    model: current.model,
  };
  if (readCount > current.episodeCount || fresh.length > current.episodeCount)
    return redrawn(userId, history, options);
  if (fresh.length === 0) {
    if (readCount === current.episodeCount)
      return { profile: current, usage: noUsage, changed: false };
    const profile = await options.profiles.append(userId, kept);
    return { profile, usage: noUsage, changed: true };
  }
  if (statements.length === 0) return redrawn(userId, history, options);

  const revised = await revise(userId, statements, fresh, history, options);
  const profile = await options.profiles.append(userId, {
    ...kept,
    // An answer that keeps nothing and adds nothing is a failed one; it does not cost the user the profile.
    ...(revised.statements.length > 0 && {
      statements: revised.statements,
      model: options.modelName,
    }),
  });
  return { profile, usage: revised.usage, changed: true };
}

async function redrawn(
  userId: string,
  history: WholeHistory,
  options: BuildProfileOptions,
): Promise<RefreshedProfile> {
  const drawn = await drawProfile(userId, history, options);
  return { ...drawn, changed: drawn.profile !== null };
}

/** The upper bound keeps an answer dated in the future from being new at every refresh until then. */
function isAnsweredWithin(
  { groundTruth: answer, feedback }: Episode,
  after: string,
  until: string,
): boolean {
  if (answer === null || feedback === null) return false;
  const time = Date.parse(feedback.at);
  return time > Date.parse(after) && time <= Date.parse(until);
}

function withoutDeleted(
  statements: readonly ProfileStatement[],
  episodes: readonly Episode[],
): ProfileStatement[] {
  const existing = new Set(episodes.map(({ id }) => id));
  return statements.flatMap(({ text, evidence }) => {
    const left = evidence.filter((id) => existing.has(id));
    return left.length === 0 ? [] : [{ text, evidence: left }];
  });
}

async function revise(
  userId: string,
  current: readonly ProfileStatement[],
  fresh: readonly Episode[],
  { episodes }: WholeHistory,
  options: RefreshProfileOptions,
): Promise<{ readonly statements: ProfileStatement[]; readonly usage: Usage }> {
  const shown = current.slice(0, maxStatements);
  const times = new Map(episodes.map(({ id, at }) => [id, at]));
  const parts = {
    statements: renderCurrentStatements(
      shown.map(({ text, evidence }) => ({
        text,
        interactions: evidence.length,
        latest: times.get(evidence.toSorted().at(-1) ?? "") ?? null,
      })),
    ),
    counts: renderAnswerCounts(episodes),
  };
  const spent = estimateTokens(profileRevisionPrompt.render({ ...parts, history: "" }));
  const left = (options.maxTokens ?? defaultProfileTokens) - spent;
  const history = renderHistory(fresh, left, (id) =>
    shown.flatMap(({ evidence }, index) => (evidence.includes(id) ? [index + 1] : [])),
  );
  const { answer, usage } = await askForProfile(
    userId,
    profileRevisionPrompt.render({ ...parts, history: history.block }),
    profileRevisionSchema,
    options,
  );
  const statements = answer.revisedStatements.flatMap(({ text, earlier, items }) =>
    groundedStatement(text, [
      ...earlier.flatMap((number) => shown[number - 1]?.evidence ?? []),
      ...shownEpisodes(items, history.episodeIds),
    ]),
  );
  return { statements, usage };
}
