import { parseRunConfig } from "../../config/parse-settings.js";
import type { RunContext } from "../../config/turn-settings.js";
import { exactly, type Range } from "../call-range.js";
import type { ArmSettings } from "../method.js";

const { recallSimilar, recallLatest, recallTokens, toolRounds } = parseRunConfig({});

/** Calls of a question without tools. */
export const oneCall = exactly(1);

/** Calls of a question with tools: the rounds that the agent allows, and the answer. */
export const toolCalls: Range = { least: 1, most: toolRounds + 1 };

/** K, the past interactions that every method gets: as many as the agent's own unless set. */
export function recalledCount({ recalled = recallSimilar + recallLatest }: ArmSettings): number {
  return recalled;
}

/**
 * The K most similar interactions in the prompt, and no latest ones. Those serve a conversation, which a set's questions
 * are not: with two of eight places for them the agent would know less about a question than the methods beside it. Where
 * K is larger than the agent's own, the token budget grows with it, so that K decides.
 */
export function recallSettings(
  settings: ArmSettings,
): Pick<RunContext, "recallSimilar" | "recallLatest" | "recallTokens"> {
  const count = recalledCount(settings);
  const share = count / (recallSimilar + recallLatest);
  return {
    recallSimilar: count,
    recallLatest: 0,
    recallTokens: Math.ceil(recallTokens * Math.max(1, share)),
  };
}
