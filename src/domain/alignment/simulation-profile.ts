import { z } from "zod";
import { type Profile, profileSchema } from "../profile.js";
import type { Episode } from "../episode.js";
import type { AlignmentItem } from "./alignment-item.js";

/** The profile under which some items of a run are answered: one that was drawn without their answers. */
export const simulationProfileSchema = z.strictObject({
  episodeIds: z.array(z.string()).describe("The items' episodes."),
  /** `null` where none could be drawn; the items are then answered without a profile. */
  profile: profileSchema.nullable(),
});
export type SimulationProfile = z.output<typeof simulationProfileSchema>;

/** What a profile for some items is drawn from. Plain JSON. */
export interface ProfileDraw {
  /** Ids of the items. */
  readonly episodeIds: readonly string[];
  /** Nothing later is read. */
  readonly until: string;
  /** What says an answer of these items: see `sayingAnswers`. */
  readonly without: readonly string[];
}

export interface SimulationProfilePlan {
  /** Profiles that are there already, or that nothing pays for. */
  readonly known: readonly SimulationProfile[];
  /** One model call each. */
  readonly draws: readonly ProfileDraw[];
}

/** Into how many folds the items are divided where too little lies before them. */
export const foldCount = 4;

/** Least part of the episodes before the items that an earlier profile must have read to stand for them. */
const recentEnough = 0.75;

/**
 * How each item gets a profile that knows nothing of its answer, at the least cost:
 *
 * 1. The user's latest profile that had read none of the answers, where it had read nearly all that lies before the
 *    items. No call.
 * 2. One profile drawn from what lies before all items, where that is at least as much as the items. One call.
 * 3. Else cross-fitting: the items in `foldCount` folds of neighbours in time, and for each fold a profile that is
 *    drawn from everything else. A call a fold.
 *
 * Where the calls do not pay for folds, what lies before is all that is read; where they pay for nothing, there is no
 * profile.
 *
 * @param items - Those that may be asked, in any order.
 * @param history - All of the user's episodes, oldest first.
 * @param profiles - The user's, oldest first.
 * @param calls - Most model calls that the draws may take.
 */
export function planSimulationProfiles(
  items: readonly AlignmentItem[],
  history: readonly Episode[],
  profiles: readonly Profile[],
  calls: number,
): SimulationProfilePlan {
  const inOrder = items.toSorted((a, b) => (a.episodeId < b.episodeId ? -1 : 1));
  const [first] = inOrder;
  if (first === undefined) return { known: [], draws: [] };
  const saying = sayingAnswers(inOrder, history);
  const before = history.filter(({ id }) => id < first.episodeId && !saying.has(id));
  const episodeIds = inOrder.map(({ episodeId }) => episodeId);

  const earlier = profiles.findLast((profile) => hasReadNone(profile, saying));
  const isAlike = (earlier?.episodeCount ?? 0) >= recentEnough * before.length;
  if (earlier !== undefined && isAlike && before.length >= items.length)
    return { known: [{ episodeIds, profile: earlier }], draws: [] };

  const draw = (fold: readonly AlignmentItem[], until: string): ProfileDraw => ({
    episodeIds: fold.map(({ episodeId }) => episodeId),
    until,
    without: [...sayingAnswers(fold, history)].filter((id) => id <= until),
  });
  const lastBefore = before.at(-1)?.id;
  const ofBefore = lastBefore === undefined ? [] : [draw(inOrder, lastBefore)];
  const isCrossFitted = before.length < items.length && calls >= foldCount;
  const last = history.at(-1)?.id ?? first.episodeId;
  const draws = isCrossFitted
    ? foldsOf(inOrder, foldCount).map((fold) => draw(fold, last))
    : ofBefore.slice(0, Math.floor(Math.max(0, calls)));
  return draws.length === 0
    ? { known: [{ episodeIds, profile: null }], draws }
    : { known: [], draws };
}

/** The episodes that a draw reads. */
export function episodesOf(
  { until, without }: ProfileDraw,
  history: readonly Episode[],
): Episode[] {
  const left = new Set(without);
  return history.filter(({ id }) => id <= until && !left.has(id));
}

/**
 * Ids of the episodes that say an answer to one of these items: the items, their duplicates with the messages that their
 * answers were inferred from, and what the user wrote next in the thread.
 */
function sayingAnswers(items: readonly AlignmentItem[], history: readonly Episode[]): Set<string> {
  const threads = new Map(history.map(({ id, threadId }) => [id, threadId]));
  return new Set(
    items.flatMap(({ episodeId, duplicates }) => {
      const thread = threads.get(episodeId) ?? null;
      const next =
        thread === null
          ? undefined
          : history.find((turn) => turn.threadId === thread && turn.id > episodeId);
      return [episodeId, ...duplicates, ...(next === undefined ? [] : [next.id])];
    }),
  );
}

function hasReadNone({ lastEpisodeId }: Profile, saying: ReadonlySet<string>): boolean {
  return lastEpisodeId === null || [...saying].every((id) => id > lastEpisodeId);
}

/** Parts of nearly the same size, each of items that follow each other. */
function foldsOf<Item>(items: readonly Item[], count: number): Item[][] {
  const folds = Math.min(count, items.length);
  return Array.from({ length: folds }, (_, fold) =>
    items.slice(
      Math.floor((fold * items.length) / folds),
      Math.floor(((fold + 1) * items.length) / folds),
    ),
  );
}
