import { z } from "zod";

/** A whole number within these bounds, both of them included. */
export const count = (least: number, most: number) => z.number().int().min(least).max(most);
const text = () => z.string().min(1);

/** Roles that call a model within a run. */
export const modelsSchema = z.strictObject({
  /** Answers turns, and their simulations. */
  agent: text().optional(),
  /** Draws profiles, criticises, and rewrites the persona. */
  alignment: text().optional(),
});

/** What a turn and its simulation in an alignment have in common. */
export const answering = {
  userId: z
    .string()
    .optional()
    .describe("Whose persona and memory this run reads and writes. Every run needs one."),
  mode: z
    .enum(["default", "paper"])
    .default("default")
    .optional()
    .describe("`paper`: the agent as published, with nothing of ours."),
  // The paper's K is unknown; re-implementations took 2 to 5.
  recallSimilar: count(0, 50)
    .default(6)
    .optional()
    .describe("Most similar past interactions placed in the prompt."),
  recallLatest: count(0, 50)
    .default(2)
    .optional()
    .describe("Latest interactions placed in the prompt beside the similar ones."),
  recallTokens: count(0, 100_000)
    .default(1_500)
    .optional()
    .describe("Most tokens (estimated) of recalled interactions in one prompt."),
  threadTokens: count(100, 1_000_000)
    .default(6_000)
    .optional()
    .describe("Most tokens (estimated) of the thread's own messages in one prompt."),
  toolRounds: count(0, 20)
    .default(4)
    .optional()
    .describe("Most rounds of tool calls in one turn; after that the model must answer."),
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
 * What a caller may set per turn, with every default of the project. Every field is optional, because a server
 * always sends an empty context; `parseRunConfig` checks it and fills the defaults in.
 */
export const runConfigSchema = z.strictObject({
  ...answering,
  alignAfter: count(1, 10_000)
    .default(8)
    .optional()
    .describe("New true answers after which alignment is due."),
});

export type RunContext = z.input<typeof runConfigSchema>;

/** Every default filled in; what has none may be undefined. `userId` stands as it was sent: `parseUserId` checks it. */
export type Filled<Given, Optional extends keyof Given> = {
  readonly [K in Exclude<keyof Given, Optional>]-?: NonNullable<Given[K]>;
} & {
  readonly [K in Optional]: Given[K] | undefined;
};

/** Settings of one turn. */
export type RunConfig = Filled<z.output<typeof runConfigSchema>, "userId" | "allowedTools">;
