import type { VerbOutput } from "../contract/verbs.js";
import type { AgentState } from "../state/agent-state.js";

/** What an answer was made from. Plain JSON. */
export type TurnReasons = NonNullable<VerbOutput<"ask">["why"]>;
/** An interaction that a turn's model was given, whole. */
export type RecalledText = TurnReasons["recalled"][number];

/**
 * What the answer of a turn's last state was made from.
 *
 * @param read - Reads an interaction that a tool found; `null` for one that was deleted since, which is left out.
 */
export async function explainTurn(
  state: Pick<AgentState, "recalled" | "recalledByTools" | "userSummary" | "personaLines">,
  read: (id: string) => Promise<Omit<RecalledText, "score" | "by"> | null>,
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
      const episode = await read(id);
      if (episode === null) return null;
      const { at, query, response, answer } = episode;
      return { id, at, query, response, answer, score, by: "tool" };
    }),
  );
  return {
    recalled: [...inPrompt, ...found.filter((each) => each !== null)],
    profile: state.userSummary,
    lines: state.personaLines.map(({ text, tool }) => ({ text, tool })),
  };
}
