import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { z } from "zod";
import type { Episode } from "../../domain/episode.js";
import type { Profile } from "../../domain/profile.js";
import type { EpisodicMemory } from "../../memory/episodes/episodic-memory.js";
import { embeddedText } from "../../memory/index/indexed-text.js";
import { dot, toUnit } from "../../memory/index/unit-vector.js";
import { describeModelError } from "../../model/model-errors.js";
import { exactly } from "../call-range.js";
import type { EvalQuestion } from "../eval-case.js";
import type { Method } from "../method.js";
import { openCaseAgent } from "../cases/case-agent.js";
import { expectWholeMemory, openCaseMemory } from "../cases/case-memory.js";
import { type Bank, bankCalls, bankSchema, dayLength, summariseDays } from "./daily-summaries.js";
import { caseHistory } from "../cases/case-history.js";
import { caseUser } from "../cases/case-user.js";
import { createRandom, seedFor } from "../../system/seeded-random.js";
import { oneCall, recallSettings, recalledCount } from "../cases/recall-settings.js";

const stateSchema = z.object({ bank: bankSchema, forgotten: z.array(z.string()) });

/** Day summaries in a prompt, beside those of all days. */
const recalledDays = 2;

/**
 * MemoryBank (Zhong et al., AAAI 2024, arXiv 2305.10250): summaries of days and of all days, a portrait of the user,
 * and a search in what was not forgotten. Beside the original:
 *
 * - A day is ten interactions, because the sets' dates are years, days with one item, or missing.
 * - Interactions are found by the search that all methods share, K of them; the days' summaries by vector alone.
 * - Strength comes from a replay of the history (`forgottenIds`). A question strengthens nothing, because it would change
 *   what the next one sees. Only interactions are forgotten; their summaries stay.
 * - Its summaries take the place of the profile, so that the prompt has the same wording as every method's.
 */
export const membank: Method = {
  name: "membank",
  summary:
    "MemoryBank: day summaries, a user portrait, and similar interactions not yet forgotten.",
  callsPerQuestion: oneCall,
  preparationCalls(evalCase, settings) {
    return exactly(bankCalls(caseHistory(evalCase, settings).length));
  },
  async prepare(evalCase, settings, deps) {
    const { history, episodes } = await openCaseMemory(evalCase, settings, deps);
    const { bank, usage } = await summariseDays(history, deps);
    const random = createRandom(seedFor(deps.seed, "membank", evalCase.set, evalCase.id));
    const forgotten = await forgottenIds(history, episodes, recalledCount(settings), random);
    return { state: { bank, forgotten }, usage, persona: null };
  },
  async open(evalCase, settings, deps, state) {
    const { episodes, now } = await openCaseMemory(evalCase, settings, deps);
    const { bank, forgotten } = stateSchema.parse(state);
    const daysLike = await dayFinder(bank.days, deps.embeddings);
    const recall: Pick<typeof episodes, "latest" | "similar"> = {
      latest: async () => [],
      similar: (user, query, limit, bounds = {}) => {
        const excludeIds = [...(bounds.excludeIds ?? []), ...forgotten];
        return episodes.similar(user, query, limit, { ...bounds, excludeIds });
      },
    };
    return {
      async answer(question: EvalQuestion) {
        const profile = summaryOf(bank, await daysLike(question.input), now().toISOString());
        const view = { recall, profile, settings: recallSettings(settings) };
        return openCaseAgent(view, now, deps).answer(question);
      },
    };
  },
};

/** The days' summaries most like a text, oldest first. */
async function dayFinder(days: readonly string[], embeddings: EmbeddingsInterface) {
  const embed = async (texts: string[]) => {
    if (texts.length === 0) return [];
    try {
      return (await embeddings.embedDocuments(texts)).map(toUnit);
    } catch (error) {
      throw describeModelError(error);
    }
  };
  const summaries = days.filter((day) => day !== "");
  const vectors = await embed(summaries);
  return async (text: string): Promise<string[]> => {
    const [target] = summaries.length <= recalledDays ? [] : await embed([embeddedText(text)]);
    if (target === undefined) return summaries;
    const nearness = vectors.map((vector) => dot(vector, target));
    const nearest = [...summaries.keys()]
      .toSorted((a, b) => (nearness[b] ?? 0) - (nearness[a] ?? 0))
      .slice(0, recalledDays);
    return summaries.filter((_, place) => nearest.includes(place));
  };
}

/** In the form of a profile, for the profile's place in the prompt. */
function summaryOf({ portrait, events }: Bank, days: readonly string[], at: string): Profile {
  const texts = [portrait, events, ...days].filter((text) => text !== "");
  return {
    schemaVersion: 1,
    id: "memory-bank",
    version: 0,
    at,
    statements: texts.map((text) => ({ text, evidence: [], replaces: [] })),
    lastEpisodeId: null,
    episodeCount: 0,
    model: "",
  };
}

/** A memory's strength, from 1, and the number of the interaction that last recalled it. */
interface Trace {
  strength: number;
  recalledAt: number;
}

/**
 * Which interactions MemoryBank has forgotten at the end of the history. The history is replayed: each interaction recalls
 * the most similar ones before it, which adds one to their strength and restarts their age. After t days an interaction
 * is kept with probability exp(-t / strength), MemoryBank's form of Ebbinghaus' curve.
 *
 * @param history - Oldest first.
 * @param recalled - Interactions that each one recalls.
 * @param random - Numbers in [0, 1); one is drawn for each interaction.
 */
export async function forgottenIds(
  history: readonly Episode[],
  episodes: Pick<EpisodicMemory, "similar">,
  recalled: number,
  random: () => number,
): Promise<string[]> {
  const traces = new Map<string, Trace>();
  for (const [number, { id, query }] of history.entries()) {
    const found = await episodes.similar(caseUser, query, recalled, { beforeId: id });
    expectWholeMemory(found.degraded);
    for (const { episode } of found.recalled) {
      const trace = traces.get(episode.id);
      if (trace === undefined) continue;
      trace.strength += 1;
      trace.recalledAt = number;
    }
    traces.set(id, { strength: 1, recalledAt: number });
  }
  return history.flatMap(({ id }) => {
    const { strength, recalledAt } = traces.get(id) ?? { strength: 1, recalledAt: 0 };
    const days = (history.length - 1 - recalledAt) / dayLength;
    return random() < retention(days, strength) ? [] : [id];
  });
}

/** The share, 0 to 1, that is left of a memory of this strength (1 or more) after so many days. */
export function retention(days: number, strength: number): number {
  return Math.exp(-days / strength);
}
