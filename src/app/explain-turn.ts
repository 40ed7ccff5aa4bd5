import type { VerbOutput } from "../contract/verbs.js";
import { textTerms } from "../domain/text/search-terms.js";
import type { AgentState } from "../state/agent-state.js";

/** What an answer was made from. Plain JSON. */
export type TurnReasons = NonNullable<VerbOutput<"ask">["why"]>;
/** An interaction that a turn's model was given, whole. */
export type RecalledText = TurnReasons["recalled"][number];

/**
 * What the answer of a turn's last state was made from.
 *
 * @param question - What the user asked.
 * @param read - Reads an interaction that a tool found; `null` for one that was deleted since, which is left out.
 */
export async function explainTurn(
  question: string,
  state: Pick<AgentState, "recalled" | "recalledByTools" | "userSummary" | "personaLines">,
  read: (id: string) => Promise<Omit<RecalledText, "score" | "by" | "words"> | null>,
): Promise<TurnReasons> {
  const asked = question.match(/[\p{L}\p{N}]+/gu) ?? [];
  const shared = (...texts: readonly (string | null)[]) => {
    const known = new Set(textTerms(texts.join("\n")));
    return [...new Set(asked)].filter((word) => textTerms(word).some((term) => known.has(term)));
  };
  const inPrompt = bestFirst(state.recalled).map(
    ({ groundTruth: answer, ...recalled }): RecalledText => {
      const { id, at, query, response, score } = recalled;
      const by = score > 0 ? "similar" : "latest";
      return { id, at, query, response, answer, score, by, words: shared(query, response, answer) };
    },
  );
  const known = new Set(inPrompt.map(({ id }) => id));
  const byTools = new Map(
    state.recalledByTools.filter(({ id }) => !known.has(id)).map(({ id, score }) => [id, score]),
  );
  const found = await Promise.all(
    [...byTools].map(async ([id, score]): Promise<RecalledText | null> => {
      const episode = await read(id);
      if (episode === null) return null;
      const { at, query, response, answer } = episode;
      const words = shared(query, response, answer);
      return { id, at, query, response, answer, score, by: "tool", words };
    }),
  );
  return {
    recalled: [...inPrompt, ...found.filter((each) => each !== null)],
    profile: state.userSummary,
    lines: state.personaLines.map(({ text, tool }) => ({ text, tool })),
  };
}

/** In a prompt they stand in the order in which they happened, or were found. */
export function bestFirst<Found extends { readonly score: number }>(
  found: readonly Found[],
): Found[] {
  return found.toSorted((a, b) => b.score - a.score);
}
