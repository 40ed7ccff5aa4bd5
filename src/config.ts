import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { z } from "zod";
import { PersonaAgentError } from "./errors.js";

const text = () => z.string().min(1);
const count = (least: number, most: number) => z.number().int().min(least).max(most);

/** Roles that call a model within a run. */
const modelsSchema = z.strictObject({
  /** Answers turns, and their simulations. */
  agent: text().optional(),
  /** Draws profiles, criticises, and rewrites the persona. */
  alignment: text().optional(),
});

/** What a turn and its simulation in an alignment have in common. */
const answering = {
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
  repeats: count(1, 20)
    .default(1)
    .optional()
    .describe("Times every item is answered, for models that sample; scores are averaged."),
  minimumItems: count(1, 1_000)
    .default(8)
    .optional()
    .describe("Fewest held-out items on which anything is accepted."),
  marginItems: count(1, 1_000)
    .default(4)
    .optional()
    .describe("Fewest held-out items by which better must outnumber worse."),
  level: z
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

/** The alignment as published: n = 3, E = 1, and whatever is written is taken. */
const paperAlignment = {
  batch: 3,
  holdout: 0,
  iterations: 1,
  validation: false,
  refreshProfile: false,
  checkLines: false,
  showRejected: false,
} satisfies Partial<AlignContext>;

/**
 * A field as LangGraph is given it: Studio draws its form from the type, range, default and description, but every
 * value passes. LangGraph's own check fails in twenty lines before any node can refuse the run in one.
 */
export function formField(field: z.ZodType) {
  const { $schema: _, ...form } = z.toJSONSchema(field, { io: "input" });
  return z.unknown().optional().meta(form);
}

/**
 * Settings as a form. LangGraph's own check of a context would also fill no default in, and take `configurable`,
 * `thread_id` and all, for a context where there is none.
 */
function formOf(schema: z.ZodObject): z.ZodObject {
  return z.object(
    Object.fromEntries(
      Object.entries(schema.shape).map(([name, field]) => [name, formField(field as z.ZodType)]),
    ),
  );
}

export const contextFormSchema: z.ZodObject = formOf(runConfigSchema);
export const alignFormSchema: z.ZodObject = formOf(alignConfigSchema);

export type RunContext = z.input<typeof runConfigSchema>;
export type AlignContext = z.input<typeof alignConfigSchema>;

/** Every default filled in; what has none may be undefined. `userId` stands as it was sent: `parseUserId` checks it. */
type Filled<Given, Optional extends keyof Given> = {
  readonly [K in Exclude<keyof Given, Optional>]-?: NonNullable<Given[K]>;
} & {
  readonly [K in Optional]: Given[K] | undefined;
};
/** Settings of one turn. */
export type RunConfig = Filled<z.output<typeof runConfigSchema>, "userId" | "allowedTools">;
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

type Runtime = Pick<LangGraphRunnableConfig, "configurable" | "context">;

/**
 * Settings of one turn: our known keys of `configurable`, then `context` over them, defaults filled.
 *
 * LangGraph hands nodes the context as it came, so every node that needs a setting comes through here.
 * Unknown keys are refused in `context` only: `configurable` carries the server's own.
 *
 * @throws {PersonaAgentError} `config-invalid`; one line that names every bad field.
 */
export function parseRunConfig(runtime: Runtime): RunConfig {
  return parseSettings(runConfigSchema, runtime) as RunConfig;
}

/** Settings of one alignment, as `parseRunConfig`; where `mode` is `paper`, with the paper's defaults. */
export function parseAlignConfig(runtime: Runtime): AlignConfig {
  const { mode } = parseSettings(alignConfigSchema, runtime) as AlignConfig;
  const defaults = mode === "paper" ? paperAlignment : {};
  return parseSettings(alignConfigSchema, runtime, defaults) as AlignConfig;
}

/** The settings under which a simulation answers as a turn would. */
export function answeringSettings(config: AlignConfig): RunContext {
  const { recallSimilar, recallLatest, recallTokens, threadTokens, toolRounds } = config;
  const { userId, mode, allowedTools, models } = config;
  const limits = { recallSimilar, recallLatest, recallTokens, threadTokens, toolRounds };
  return { userId, mode, models, ...limits, ...(allowedTools && { allowedTools }) };
}

/** What a turn gives the alignment that it asks for. */
export type SharedSettings = Omit<RunContext, "userId" | "alignAfter">;

/** The settings of a turn that an alignment shares, only those that were given: the others' defaults are its own. */
export function sharedSettings({ configurable = {}, context = {} }: Runtime): SharedSettings {
  const given: Record<string, unknown> = { ...configurable, ...context };
  const { userId: _, ...shared } = answering;
  return Object.fromEntries(
    Object.keys(shared).flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])),
  );
}

function parseSettings(
  schema: z.ZodObject,
  { configurable = {}, context = {} }: Runtime,
  defaults: object = {},
): unknown {
  const known = Object.entries(configurable).filter(([key]) => key in schema.shape);
  const given = { ...defaults, ...Object.fromEntries(known), ...(context as object) };
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => describe(issue, schema));
  throw new PersonaAgentError("config-invalid", issues.join(" "), {
    details: { issues: result.error.issues },
  });
}

function describe(issue: z.core.$ZodIssue, schema: z.ZodObject): string {
  if (issue.code === "unrecognized_keys") {
    const unknown = issue.keys.map((key) => JSON.stringify(key)).join(", ");
    const { shape } = issue.path.length === 0 ? schema : modelsSchema;
    const known = Object.keys(shape).join(", ");
    const where = issue.path.length === 0 ? "" : ` in ${issue.path.join(".")}`;
    return `Unknown setting ${unknown}${where}; expected one of ${known}. Check the spelling.`;
  }
  return `The setting ${issue.path.join(".")} is not valid: ${issue.message}. Correct it or leave it out.`;
}
