import type { Episode } from "../domain/episode.js";
import type { Memory } from "../memory/memory.js";
import type { AgentState } from "../state/agent-state.js";

/** An interaction that a turn's model was given, whole. */
export interface RecalledText extends Pick<Episode, "id" | "at" | "query" | "response"> {
  /** The true answer, if it is known. */
  readonly answer: string | null;
  readonly score: number;
  /** `similar` to the question in meaning or words, among the `latest`, or found by a `tool`. */
  readonly by: "similar" | "latest" | "tool";
}

/** What an answer was made from. Plain JSON. */
export interface TurnReasons {
  /** Best first, then those that tools found, in order. */
  readonly recalled: readonly RecalledText[];
  /** The profile as the prompt showed it; empty for none. */
  readonly profile: string;
  /** The learned lines in the prompt. */
  readonly lines: readonly { readonly text: string; readonly tool: string | null }[];
}

/** Reads the texts that tools found from memory; what was deleted since is left out. */
export async function explainTurn(
  userId: string,
  state: AgentState,
  episodes: Pick<Memory["episodes"], "get">,
): Promise<TurnReasons> {
  const inPrompt = state.recalled.map(({ groundTruth: answer, ...recalled }): RecalledText => {
    const { id, at, query, response, score } = recalled;
    return { id, at, query, response, answer, score, by: score > 0 ? "similar" : "latest" };
  });
  const known = new Set(inPrompt.map(({ id }) => id));
  const byTools = new Map(
    state.recalledByTools.filter(({ id }) => !known.has(id)).map(({ id, score }) => [id, score]),
  );
  const found = await Promise.all(
    [...byTools].map(async ([id, score]): Promise<RecalledText | null> => {
      const episode = await episodes.get(userId, id);
      if (episode === null) return null;
      const { at, query, response, groundTruth: answer } = episode;
      return { id, at, query, response, answer, score, by: "tool" };
    }),
  );
  return {
    recalled: [...inPrompt, ...found.filter((each) => each !== null)],
    profile: state.userSummary,
    lines: state.personaLines.map(({ text, tool }) => ({ text, tool })),
  };
}
