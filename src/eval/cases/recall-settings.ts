import { parseRunConfig } from "../../config/parse-settings.js";
import type { RunContext } from "../../config/turn-settings.js";
import type { ArmSettings } from "../method.js";

const { recallSimilar, recallLatest, recallTokens } = parseRunConfig({});

/** Past interactions that a method is given of a case (K), the same number for all: as many as the agent's own unless set. */
export function recalledCount({ recalled = recallSimilar + recallLatest }: ArmSettings): number {
  return recalled;
}

/**
 * The K most similar interactions in the prompt, and no latest ones: those keep a conversation going, which a set's questions
 * are not; with two of eight places for them the agent would know less of what a question is about than the methods
 * beside it. Where K is more than the agent's own, the budget of tokens grows with it, or it would decide and not K.
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
