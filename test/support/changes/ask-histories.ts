import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { type Episode, turnEpisodeId, turnIdentity } from "../../../src/domain/episode.js";
import { userKey } from "../../../src/domain/user-id.js";
import { refreshProfile } from "../../../src/nodes/update-profile.js";
import { agentUnderTest } from "../agents/agent-under-test.js";
import { turnAt } from "../users/episodes.js";
import { everydayTurns } from "./everyday-turns.js";
import type { ChangeHistory, Meaning, Sentence, Turn } from "./history.js";

/** How the question of a history was answered, and the one of what did not change. */
export interface Outcome {
  readonly history: ChangeHistory;
  readonly answer: string;
  readonly stillAnswer: string;
  readonly holds: boolean;
  readonly isLost: boolean;
}

export interface Outcomes {
  /** From what is recalled for the question, without a profile. */
  readonly recall: Outcome;
  /** From the profile alone, drawn from what was said in 2025 and revised by what was said since. */
  readonly profile: Outcome;
}

const user = "ada";
const present = new Date("2026-11-20T09:00:00.000Z");
const drawnAt = "2026-01-01T00:00:00.000Z";

/** Asks the real agent both questions of a history, once from recall and once from the profile. */
export async function askHistory(history: ChangeHistory, model: BaseChatModel): Promise<Outcomes> {
  const { ask, memory } = agentUnderTest(model, { now: () => present });
  const episodes = [...history.turns, ...everydayTurns].map(toEpisode);
  const [then, since] = [true, false].map((isBefore) =>
    episodes.filter(({ at }) => (at ?? "") < drawnAt === isBefore),
  );
  const refreshAt = (at: string) =>
    refreshProfile(user, { ...memory, model, modelName: "scripted", now: () => at });

  await memory.episodes.addMany(user, episodes);
  const recall = await outcome();
  await Promise.all((since ?? []).map(({ id }) => memory.episodes.delete(user, id)));
  await refreshAt(drawnAt);
  await memory.episodes.addMany(user, since ?? []);
  await refreshAt(present.toISOString());
  const profile = await outcome({ recallSimilar: 0, recallLatest: 0 });
  if (then?.length === 0) throw new Error("Nothing was said before the profile was drawn.");
  return { recall, profile };

  async function outcome(settings = {}): Promise<Outcome> {
    const { expected, outdated, still } = history;
    const answer = await answerTo(history.question, settings);
    const stillAnswer = await answerTo(still.question, settings);
    return {
      history,
      answer,
      stillAnswer,
      holds: (expected === null || answer.includes(expected)) && !answer.includes(outdated),
      isLost: !stillAnswer.includes(still.expected),
    };
  }

  /** Leaves no trace in memory, so that the next question finds what this one found. */
  async function answerTo({ text }: Sentence, settings: object): Promise<string> {
    const { answer, episodeId } = await ask(user, text, { settings });
    await memory.episodes.delete(user, episodeId ?? "");
    return answer;
  }
}

/** What each sentence of these histories says by itself. */
export function meaningsOf(
  histories: readonly ChangeHistory[],
): ReadonlyMap<string, Meaning | null> {
  const sentences = histories.flatMap(({ turns, question, still }) => [
    question,
    still.question,
    ...turns.flatMap((turn) =>
      [turn, turn.response, turn.rejected].filter((one) => one !== undefined),
    ),
  ]);
  return new Map(sentences.map(({ text, meaning }) => [text, meaning]));
}

function toEpisode({ on, text, response, rejected }: Turn, place: number): Episode {
  const at = `${on}T09:00:00.000Z`;
  const threadId = `thread ${place}`;
  const identity = turnIdentity(userKey(user), threadId, { id: `m${place}`, text });
  const feedback = { kind: "reject", author: user, at: `${on}T09:05:00.000Z` } as const;
  return turnAt(place, text, {
    id: turnEpisodeId(at, identity),
    at,
    threadId,
    response: response?.text ?? "Noted.",
    feedback:
      rejected === undefined ? null : { ...feedback, reason: rejected.text, inferred: null },
  });
}
