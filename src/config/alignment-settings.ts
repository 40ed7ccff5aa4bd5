import { z } from "zod";
import { answering, count, type Filled, type RunContext } from "./turn-settings.js";

const on = (meaning: string) => z.boolean().default(true).optional().describe(meaning);
const off = (meaning: string) => z.boolean().default(false).optional().describe(meaning);
const most = (what: string) =>
  z.number().positive().optional().describe(`Most ${what}; no limit unless given.`);

/**
 * What a caller may set per alignment. The defaults are those of mode `default`; `paperAlignment` lists what `paper`
 * changes. The sizes and the rule are explained in `docs/decisions/0008-acceptance-rule.md`.
 */
export const alignConfigSchema = z.strictObject({
  ...answering,
  batch: count(1, 128, 8).describe(
    "Latest interactions with a true answer, which are criticised (the paper's n).",
  ),
  holdout: count(0, 256, 32).describe(
    "Most other recent interactions, on which a candidate is validated.",
  ),
  iterations: count(1, 20, 3).describe(
    "Most updates in one run (the paper's E); it ends early when nothing is to change.",
  ),
  samplesPerItem: count(1, 20, 1).describe(
    "Answers to each item, for models that sample; their scores are averaged.",
  ),
  minimumItems: count(1, 1_000, 8).describe("Fewest held-out items that can accept a candidate."),
  minNetWins: count(1, 1_000, 4).describe(
    "Fewest held-out items by which better must outnumber worse.",
  ),
  significanceLevel: z
    .number()
    .gt(0)
    .max(0.5)
    .default(0.1)
    .optional()
    .describe("Highest one-sided p-value that is accepted."),
  validation: on("Whether a candidate must do better to be accepted; otherwise each one is."),
  leaveOneOut: on("Whether a simulation sees neither the item's own answer nor anything later."),
  refreshProfile: on("Whether the profile is updated first; otherwise only drawn if missing."),
  checkLines: on("Whether lines that memorise, repeat rules or give instructions are rejected."),
  showRejected: on("Whether an update is shown the earlier rejected ones."),
  review: off("Whether a person decides on each candidate that would be accepted."),
  concurrency: count(1, 1_000, 64).describe("Most items simulated or criticised at the same time."),
  maxCalls: most("model calls of one run"),
  maxTokens: most("tokens (in and out) of one run"),
  maxSeconds: most("seconds of one run, not counting a review but counting an interruption"),
  maxCallsPerDay: most("model calls of all alignments of the user in one UTC day"),
  maxTokensPerDay: most("tokens of all alignments of the user in one UTC day"),
});

export type AlignContext = z.input<typeof alignConfigSchema>;

/** Settings of one alignment. */
export type AlignConfig = Filled<
  z.output<typeof alignConfigSchema>,
  | "userId"
  | "allowedTools"
  | "maxCalls"
  | "maxTokens"
  | "maxSeconds"
  | "maxCallsPerDay"
  | "maxTokensPerDay"
>;

/** The settings under which a simulation answers as a turn would. */
export function answeringSettings(config: AlignConfig): RunContext {
  const { recallSimilar, recallLatest, recallTokens, threadTokens, toolRounds } = config;
  const { userId, mode, allowedTools, models } = config;
  const limits = { recallSimilar, recallLatest, recallTokens, threadTokens, toolRounds };
  return { userId, mode, models, ...limits, ...(allowedTools && { allowedTools }) };
}
