import { describe, expect, it } from "vitest";
import {
  episodesOf,
  foldCount,
  planSimulationProfiles,
} from "../../../src/domain/alignment/simulation-profile.js";
import { labelledItems } from "../../../src/domain/alignment/labelled-items.js";
import type { Episode } from "../../../src/domain/episode.js";
import type { Profile } from "../../../src/domain/profile.js";
import { minuteAt, turnAt } from "../../support/users/episodes.js";

const answered = (n: number, change: Partial<Episode> = {}) =>
  turnAt(n, `question ${n}`, { groundTruth: `answer ${n}`, threadId: null, ...change });
const answers = (count: number) => Array.from({ length: count }, (_, n) => answered(n));
const profileUpTo = (last: Episode | undefined, episodeCount: number): Profile => ({
  schemaVersion: 1,
  id: `p${episodeCount}`,
  version: 1,
  at: minuteAt(90),
  statements: [],
  lastEpisodeId: last?.id ?? null,
  episodeCount,
  model: "offline",
});

/** The plan for the latest answers of a history. */
function plan(history: readonly Episode[], latest: number, profiles: Profile[] = [], calls = 100) {
  const batch = labelledItems(history, latest);
  const { known, draws } = planSimulationProfiles(batch, history, profiles, calls);
  return { batch, known, draws, read: draws.map((draw) => episodesOf(draw, history)) };
}

describe("planSimulationProfiles", () => {
  it("takes the latest earlier profile that read nearly all before the items and none of them", () => {
    const history = answers(30);
    const read = (count: number) => profileUpTo(history[count - 1], count);
    const [old, fit, current] = [read(5), read(18), read(30)];
    const { known, draws, batch } = plan(history, 10, [old, fit, current]);
    expect(draws).toEqual([]);
    expect(known).toEqual([{ episodeIds: batch.map(({ episodeId }) => episodeId), profile: fit }]);
    expect(plan(history, 10, [old, current]).known).toEqual([]);
  });

  it("draws one from what lies before, where that is as much as the items", () => {
    const history = answers(20);
    const { known, read } = plan(history, 10);
    expect(known).toEqual([]);
    expect(read).toEqual([history.slice(0, 10)]);
  });

  it("else draws one for each fold of neighbours, from everything that does not say their answers", () => {
    const history = answers(12);
    const { draws, read } = plan(history, 10);
    expect(draws.flatMap(({ episodeIds }) => episodeIds)).toEqual(
      history.slice(2).map(({ id }) => id),
    );
    expect(draws).toHaveLength(foldCount);
    for (const [fold, { episodeIds }] of draws.entries())
      expect(read[fold]).toEqual(history.filter(({ id }) => !episodeIds.includes(id)));
  });

  it("reads no duplicate of an item, nor what was said next in its thread", () => {
    const item = answered(20, { threadId: "t" });
    const again = answered(2, { query: item.query, groundTruth: item.groundTruth });
    const next = turnAt(22, "No, that.", { threadId: "t" });
    const others = Array.from({ length: 15 }, (_, n) => answered(3 + n));
    const { read } = plan([again, ...others, item, next], 1);
    expect(read).toEqual([others]);
    const crossFitted = plan([again, ...others, item, next], 16);
    const own = crossFitted.draws.findIndex(({ episodeIds }) => episodeIds.includes(item.id));
    const seen = crossFitted.read[own] ?? [];
    expect(seen.length).toBeGreaterThan(0);
    for (const episode of [again, item, next]) expect(seen).not.toContain(episode);
    // Where the profile had read the duplicate, it knows the answer.
    expect(plan([again, ...others, item], 1, [profileUpTo(others.at(-1), 16)]).known).toEqual([]);
  });

  it.each([
    [foldCount, foldCount],
    [foldCount - 1, 1],
    [0, 0],
  ])("with %i calls left makes %i", (calls, draws) => {
    const history = answers(12);
    const { known, ...made } = plan(history, 10, [], calls);
    expect(made.draws).toHaveLength(draws);
    if (draws === 1) expect(made.read).toEqual([history.slice(0, 2)]);
    expect(known.map(({ profile }) => profile)).toEqual(draws === 0 ? [null] : []);
  });
});
