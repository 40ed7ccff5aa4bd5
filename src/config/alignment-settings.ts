import { z } from "zod";
import { answering, count, type Filled, type RunContext } from "./turn-settings.js";

const on = (meaning: string) => z.boolean().default(true).optional().describe(meaning);
const off = (meaning: string) => z.boolean().default(false).optional().describe(meaning);
const most = (what: string) =>
  z.number().positive().optional().describe(`Most ${what}; no limit unless given.`);

/**
 * What a caller may set per alignment; the defaults are those of mode `default`, and `paperAlignment` says what
 * `paper` changes. Why these sizes and this rule: `docs/decisions/0008-acceptance-rule.md`.
 */
export const alignConfigSchema = z.strictObject({
  ...answering,
  batch: count(1, 128)
    .default(8)
    .optional()
    .describe("Latest interactions with a true answer that are criticised (the paper's n)."),
  holdout: count(0, 256)
    .default(32)
    .optional()
    .describe("Most other recent interactions that a candidate is judged on."),
  iterations: count(1, 20)
    .default(3)
    .optional()
    .describe(
      "Most updates in one run (the paper's E); it ends earlier when nothing is to change.",
    ),
  samplesPerItem: count(1, 20)
    .default(1)
    .optional()
    .describe("Times every item is answered, for models that sample; scores are averaged."),
  minimumItems: count(1, 1_000)
    .default(8)
    .optional()
    .describe("Fewest held-out items on which anything is accepted."),
  minNetWins: count(1, 1_000)
    .default(4)
    .optional()
    .describe("Fewest held-out items by which better must outnumber worse."),
  significanceLevel: z
    .number()
    .gt(0)
    .max(0.5)
    .default(0.1)
    .optional()
    .describe("Highest one-sided p-value that is accepted."),
  validation: on("Whether a candidate must do better before it is taken; else every one is taken."),
  leaveOneOut: on("Whether a simulation is kept from the item's own answer and anything later."),
  refreshProfile: on(
    "Whether the profile is brought up to date first; else only drawn if missing.",
  ),
  checkLines: on("Whether lines that memorise, repeat rules or carry instructions are refused."),
  showRejected: on("Whether an update is shown the earlier ones that did not pass."),
  review: off("Whether a person decides on each candidate that would be taken."),
  concurrency: count(1, 1_000)
    .default(64)
    .optional()
    .describe("Most items that are simulated or criticised at the same time."),
  maxCalls: most("model calls of one run"),
  maxTokens: most("tokens (in and out) of one run"),
  maxSeconds: most(
    "seconds of one run, without those of a review but with those of an interruption",
  ),
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
