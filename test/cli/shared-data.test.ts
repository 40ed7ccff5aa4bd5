import { expect, it } from "vitest";
import { openHistories } from "../../src/formats/open-histories.js";
import { createTimeline } from "../../src/formats/import-timeline.js";
import { parseQuestion } from "../../src/domain/lamp-question.js";
import { describeSharedData } from "../support/evaluation/shared-data.js";

/** Users, distinct items, items with a true answer, and items left out for being a user's question. */
const sets = [
  ["lamp1-real", 121, 1519, 0, 20],
  ["lamp2n-real", 50, 846, 846, 9],
  ["citation-aan", 50, 2148, 1801, 0],
  ["movies-ml20m", 21, 695, 695, 0],
  ["news-huffpost15", 33, 2220, 2220, 0],
  ["news-huffpost-own", 37, 4355, 4355, 0],
  ["rating-critics", 50, 5743, 5743, 0],
  ["rating-amazon", 47, 676, 676, 0],
] as const;

describeSharedData((pathOf) => {
  it.each(sets)("%s is read whole, in its order", async (set, users, items, answered, skipped) => {
    const toEpisode = createTimeline();
    const lastIds = new Map<string, string>();
    const found = { items: 0, answered: 0, skipped: 0, outOfOrder: 0, unlisted: 0 };
    for await (const entry of (await openHistories(pathOf(set))).read()) {
      if (!entry.ok) {
        expect(entry.reason).toContain("is the text of one of the user's questions");
        found.skipped += 1;
        continue;
      }
      const episode = toEpisode(entry.user, entry.item);
      if (episode === null) continue;
      found.items += 1;
      if (episode.groundTruth !== null) found.answered += 1;
      const { options } = parseQuestion(episode.query);
      if (options !== null && !options.includes(episode.groundTruth ?? "")) found.unlisted += 1;
      if (episode.id < (lastIds.get(entry.user) ?? "")) found.outOfOrder += 1;
      lastIds.set(entry.user, episode.id);
    }
    expect({ users: lastIds.size, ...found }).toEqual({
      users,
      items,
      answered,
      skipped,
      outOfOrder: 0,
      unlisted: 0,
    });
  });
});
