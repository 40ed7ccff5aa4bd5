import { z } from "zod";
import { instructionsSchema } from "./instructions.js";
import { languageSchema, timeZoneSchema } from "../system/locale-names.js";

/** A switch that is on, or off, unless given. */
export const on = (meaning: string) => z.boolean().default(true).optional().describe(meaning);
export const off = (meaning: string) => z.boolean().default(false).optional().describe(meaning);

/** A setting that is a whole number from `least` to `most`, both included. */
export const count = (least: number, most: number, initial: number) =>
  z.number().int().min(least).max(most).default(initial).optional();
const text = () => z.string().min(1);

/** Roles that call a model within a run. */
export const modelsSchema = z.strictObject({
  /** Answers turns, and their simulations. */
  agent: text().optional(),
  /** Draws profiles, reflects, criticises, and rewrites the persona. */
  alignment: text().optional(),
});

/** A tool that the model may call and the caller runs. `parameters` is a JSON schema of an object. */
const callerToolSchema = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, "expected 1 to 64 letters, digits, _ or -"),
  description: z.string().default("").optional(),
  parameters: z
    .record(z.string(), z.unknown())
    .default({ type: "object", properties: {} })
    .optional(),
});

/** Settings that a turn shares with its simulation in an alignment. */
export const answering = {
  userId: z
    .string()
    .optional()
    .describe("Whose persona and memory this run reads and writes. Every run needs one."),
  mode: z
    .enum(["default", "paper"])
    .default("default")
    .optional()
    .describe("`paper`: the agent as published, without our additions."),
  // The paper's K is unknown; re-implementations took 2 to 5.
  recallSimilar: count(0, 50, 6).describe("Most similar past interactions in the prompt."),
  recallLatest: count(0, 50, 2).describe("Latest interactions added to the similar ones."),
  recallTokens: count(0, 100_000, 1_500).describe(
    "Limit on the tokens (estimated) of all recalled interactions in a prompt.",
  ),
  threadTokens: count(100, 1_000_000, 6_000).describe(
    "Limit on the tokens (estimated) of the thread's own messages in a prompt.",
  ),
  toolRounds: count(0, 20, 4).describe(
    "Limit on rounds of tool calls in a turn; then the model must answer.",
  ),
  timeZone: timeZoneSchema
    .optional()
    .describe("Time zone of the user (IANA name); their own, or UTC, unless given."),
  language: languageSchema
    .optional()
    .describe("Language of the user (BCP 47 tag); their own unless given."),
  instructions: instructionsSchema
    .optional()
    .describe(
      "Fixed part of the persona: role, tone, language, house rules. The process's own unless given; empty for none.",
    ),
  allowedTools: z
    .array(text())
    .optional()
    .describe("Names of the tools this run may use; all unless given."),
  models: modelsSchema
    .default({})
    .optional()
    .describe("Model per role, as `offline` or `openai:<name>`; the process's own unless given."),
};

/**
 * What a caller may set per turn, with its default. Every field is optional, because a server always sends an empty
 * context; `parseRunConfig` checks it and fills in the defaults.
 */
export const runConfigSchema = z.strictObject({
  ...answering,
  callerTools: z
    .array(callerToolSchema)
    .default([])
    .optional()
    .describe(
      "Tools that the caller runs: the turn pauses at their calls, for the caller's results.",
    ),
  alignAfter: count(1, 10_000, 8).describe(
    "New true answers after which alignment is due, once there are enough for one.",
  ),
  reflection: on(
    "Whether conversations are read for what they show of the user; never in paper mode.",
  ),
  reflectAfter: count(1, 256, 12).describe("New turns after which a reflection is due."),
  reflectionsPerDay: count(0, 1_000, 24).describe(
    "Limit on the model calls of the user's reflections in one UTC day.",
  ),
  inferFeedback: on("Whether a reflection also infers feedback from the user's next messages."),
});

export type RunContext = z.input<typeof runConfigSchema>;

/** Settings with every default filled in; `Optional` names those without one. `userId` is unchecked: `parseUserId` checks it. */
export type Filled<Settings, Optional extends keyof Settings> = {
  readonly [K in Exclude<keyof Settings, Optional>]-?: NonNullable<Settings[K]>;
} & {
  readonly [K in Optional]: Settings[K] | undefined;
};

/** Settings of one turn. */
export type RunConfig = Filled<
  z.output<typeof runConfigSchema>,
  "userId" | "timeZone" | "language" | "instructions" | "allowedTools"
>;
