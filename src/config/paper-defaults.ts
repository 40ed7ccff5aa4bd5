import type { AlignContext } from "./alignment-settings.js";

/** The alignment as published: n = 3, E = 1, and every update is accepted. */
export const paperAlignment = {
  batch: 3,
  holdout: 0,
  iterations: 1,
  candidates: 1,
  validation: false,
  judge: false,
  refreshProfile: false,
  checkLines: false,
  showRejected: false,
} satisfies Partial<AlignContext>;
