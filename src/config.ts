import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { z } from "zod";
import { PersonaAgentError } from "./errors.js";

const text = () => z.string().min(1);
const count = (least: number, most: number) => z.number().int().min(least).max(most);

/** Roles that call a model within a run. */
const modelsSchema = z.strictObject({ agent: text().optional() });

/**
 * What a caller may set per run, with every default of the project. Every field is optional, because a server
 * always sends an empty context; `parseRunConfig` checks it and fills the defaults in.
 */
export const runConfigSchema = z.object({
  userId: z
    .string()
    .optional()
    .describe("Whose persona and memory this run reads and writes. Every turn needs one."),
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
  alignAfter: count(1, 10_000)
    .default(8)
    .optional()
    .describe("New true answers after which alignment is due."),
  models: modelsSchema
    .default({})
    .optional()
    .describe("Model per role, as `offline` or `openai:<name>`; the process's own unless given."),
});
/**
 * The same settings as LangGraph is given them: Studio draws its form from the types, ranges, defaults and
 * descriptions, but every value passes. LangGraph's own check fills no default in, takes `configurable`,
 * `thread_id` and all, for a context where there is none, and fails in twenty lines before any node can refuse
 * the turn in one.
 */
export const contextFormSchema: z.ZodObject = z.object(
  Object.fromEntries(
    Object.entries(runConfigSchema.shape).map(([name, field]) => {
      const { $schema: _, ...form } = z.toJSONSchema(field, { io: "input" });
      return [name, z.any().optional().meta(form)];
    }),
  ),
);

export type RunContext = z.input<typeof runConfigSchema>;

type Given = z.output<typeof runConfigSchema>;
type Optional = "userId" | "allowedTools";
/** Settings of one run, every default filled in. `userId` stands as it was sent: `parseUserId` checks it. */
export type RunConfig = {
  readonly [K in Exclude<keyof Given, Optional>]-?: NonNullable<Given[K]>;
} & {
  readonly [K in Optional]: Given[K] | undefined;
};

/**
 * Settings of one run: our known keys of `configurable`, then `context` over them, defaults filled.
 *
 * LangGraph hands nodes the context as it came, so every node that needs a setting comes through here.
 * Unknown keys are refused in `context` only: `configurable` carries the server's own.
 *
 * @throws {PersonaAgentError} `config-invalid`; one line that names every bad field.
 */
export function parseRunConfig(
  runtime: Pick<LangGraphRunnableConfig, "configurable" | "context">,
): RunConfig {
  const known = Object.entries(runtime.configurable ?? {}).filter(
    ([key]) => key in runConfigSchema.shape,
  );
  const context: Record<string, unknown> = runtime.context ?? {};
  const result = runConfigSchema.strict().safeParse({ ...Object.fromEntries(known), ...context });
  if (result.success) return result.data as RunConfig;
  throw new PersonaAgentError("config-invalid", result.error.issues.map(describe).join(" "), {
    details: { issues: result.error.issues },
  });
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") {
    const unknown = issue.keys.map((key) => JSON.stringify(key)).join(", ");
    const { shape } = issue.path.length === 0 ? runConfigSchema : modelsSchema;
    const known = Object.keys(shape).join(", ");
    const where = issue.path.length === 0 ? "" : ` in ${issue.path.join(".")}`;
    return `Unknown setting ${unknown}${where}; expected one of ${known}. Check the spelling.`;
  }
  return `The setting ${issue.path.join(".")} is not valid: ${issue.message}. Correct it or leave it out.`;
}
