import type { Method } from "../method.js";
import { openCaseAgent } from "../cases/case-agent.js";
import { latestOf } from "../cases/open-cases.js";
import { presentAfter } from "../cases/case-memory.js";
import { createRandom, seedFor, shuffled } from "../sets/random.js";
import { recallSettings } from "../cases/recall-settings.js";
import { oneCall, unprepared } from "./unprepared.js";

/**
 * In-context learning: K interactions drawn at random, the same ones for all questions of a case. They are the user's
 * own. The paper counts ICL among the non-personalized methods and does not say where its examples come from; with
 * examples of other users it would have less to go by than here.
 */
export const icl: Method = {
  name: "icl",
  summary: "The question with interactions of the user drawn at random.",
  callsPerQuestion: oneCall,
  ...unprepared,
  async open(given, settings, deps) {
    const history = latestOf(given.history, settings.historyLimit ?? Number.POSITIVE_INFINITY);
    const random = createRandom(seedFor(deps.seed, "icl", given.set, given.id));
    const drawn = shuffled(history, random).map((episode) => ({ episode, score: 0 }));
    const recall = {
      latest: async () => [],
      similar: async (_user: string, _query: string, limit: number) => ({
        recalled: drawn.slice(0, limit),
        degraded: [],
      }),
    };
    const view = { recall, settings: recallSettings(settings) };
    return openCaseAgent(view, presentAfter(history), deps);
  },
};
