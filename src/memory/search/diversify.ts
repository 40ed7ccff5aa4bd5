import type { RecalledEpisode } from "../episodes/episodic-memory.js";

/** The most that an answer which was shown often takes from a score. Measured; see docs/decisions/0015-retrieval.md. */
const repeatedAnswer = 0.1;
/** A score that says "found, and nothing more". */
const least = 1e-6;

/**
 * The best of a ranking, where a true answer that stands there already is worth a little less each time: of episodes that
 * match about as well, those show more of the user that show another answer. Relevance decides between all others.
 *
 * @param ranking - Best first.
 * @param limit - How many to take.
 * @returns With the scores that they were taken at, best first.
 */
export function diversify(ranking: readonly RecalledEpisode[], limit: number): RecalledEpisode[] {
  const left = [...ranking];
  const taken: RecalledEpisode[] = [];
  const shown = new Map<string, number>();
  while (taken.length < limit && left.length > 0) {
    const scores = left.map(({ episode, score }) => {
      const times = shown.get(answerOf(episode)) ?? 0;
      return Math.max(least, score - (repeatedAnswer * times) / (1 + times));
    });
    const score = Math.max(...scores);
    const [{ episode }] = left.splice(scores.indexOf(score), 1) as [RecalledEpisode];
    const answer = answerOf(episode);
    if (answer !== "") shown.set(answer, (shown.get(answer) ?? 0) + 1);
    taken.push({ episode, score });
  }
  return taken;
}

function answerOf({ groundTruth }: RecalledEpisode["episode"]): string {
  return groundTruth?.trim().toLowerCase() ?? "";
}
