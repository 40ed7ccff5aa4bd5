import { parseRunConfig, type RunContext } from "../config.js";
import type { ArmSettings } from "./arm.js";

const { recallSimilar, recallLatest, recallTokens } = parseRunConfig({});

/** Past interactions that a method is given of a case (K), the same number for all: the agent's own unless set. */
export function recalledCount({ recalled = recallSimilar + recallLatest }: ArmSettings): number {
  return recalled;
}

/**
 * K interactions in the prompt. `both`: the latest stand beside the similar ones in the agent's own proportion, which
 * gives its own numbers for its own K; else all are similar ones. Where K is more than the agent's own, the budget of
 * tokens grows with it, or it would decide and not K.
 */
export function recallSettings(
  settings: ArmSettings,
  kind: "both" | "similar",
): Pick<RunContext, "recallSimilar" | "recallLatest" | "recallTokens"> {
  const count = recalledCount(settings);
  const share = count / (recallSimilar + recallLatest);
  const latest = kind === "both" ? Math.floor(recallLatest * share) : 0;
  return {
    recallSimilar: count - latest,
    recallLatest: latest,
    recallTokens: Math.ceil(recallTokens * Math.max(1, share)),
  };
}
