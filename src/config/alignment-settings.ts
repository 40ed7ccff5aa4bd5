import { z } from "zod";
import { answering, count, type Filled, off, on, type RunContext } from "./turn-settings.js";

const most = (what: string) =>
  z.number().positive().optional().describe(`Most ${what}; no limit unless given.`);

/**
 * What a caller may set per alignment. The defaults are those of mode `default`; `paperAlignment` lists what `paper`
 * changes. The sizes and the rule are explained in `docs/decisions/0008-acceptance-rule.md`.
 */
export const alignConfigSchema = z.strictObject({
  ...answering,
  batch: count(1, 128, 8).describe(
    "Latest interactions with a true answer that are criticised (the paper's n).",
  ),
  holdout: count(0, 256, 120).describe(
    "Limit on the other recent interactions that candidates are validated on; more than 32 of them only for a promising one.",
  ),
  iterations: count(1, 20, 3).describe(
    "Limit on updates in a run (the paper's E); it ends early when nothing is to change.",
  ),
  candidates: count(1, 4, 3).describe(
    "Limit on the changes that one update proposes, which are then compared.",
  ),
  samplesPerItem: count(1, 20, 1).describe(
    "Answers per item, for models that sample; scores are averaged.",
  ),
  acceptance: z
    .enum(["expected", "strict"])
    .default("expected")
    .optional()
    .describe("Acceptance: by expected benefit, or only beyond chance (`strict`)."),
  minNewAnswers: count(0, 10_000, 0).describe(
    "Fewest true answers that no alignment has seen, or the run does nothing. One that a turn requested has its `alignAfter`.",
  ),
  minimumItems: count(1, 1_000, 8).describe("Acceptance: fewest held-out items."),
  changePrice: z
    .number()
    .min(0)
    .max(20)
    .default(0.5)
    .optional()
    .describe("Acceptance by expected benefit: points of score that a change must be worth."),
  minNetWins: count(1, 1_000, 4).describe(
    "Strict acceptance: fewest held-out items by which wins exceed losses.",
  ),
  significanceLevel: z
    .number()
    .gt(0)
    .max(0.5)
    .default(0.1)
    .optional()
    .describe("Strict acceptance: highest one-sided p-value."),
  validation: on(
    "Whether a candidate must do better before it is accepted; otherwise each one is.",
  ),
  judge: on(
    "Whether the alignment model compares open replies, in both orders; otherwise shared words do.",
  ),
  leaveOneOut: on("Whether a simulation cannot see the item's own answer or anything later."),
  refreshProfile: on("Whether the profile is updated first; otherwise only created if missing."),
  checkLines: on("Whether lines that memorise, repeat rules or carry instructions are refused."),
  showRejected: on("Whether an update is shown the earlier ones that did not pass."),
  review: off("Whether a person decides on each candidate that would be accepted."),
  concurrency: count(1, 1_000, 64).describe(
    "Limit on items that are simulated, criticised or judged at the same time.",
  ),
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
  | "instructions"
  | "allowedTools"
  | "timeZone"
  | "language"
  | "maxCalls"
  | "maxTokens"
  | "maxSeconds"
  | "maxCallsPerDay"
  | "maxTokensPerDay"
>;

/** The settings under which a simulation answers as a turn would. */
export function answeringSettings(config: AlignConfig): RunContext {
  const { recallSimilar, recallLatest, recallTokens, threadTokens, toolRounds } = config;
  const { userId, mode, instructions, allowedTools, models } = config;
  const limits = { recallSimilar, recallLatest, recallTokens, threadTokens, toolRounds };
  return {
    userId,
    mode,
    models,
    ...limits,
    ...(instructions !== undefined && { instructions }),
    ...(allowedTools && { allowedTools }),
  };
}
