import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import type { z } from "zod";
import { PersonaAgentError } from "../errors.js";
import { type AlignConfig, alignConfigSchema } from "./alignment-settings.js";
import { paperAlignment } from "./paper-defaults.js";
import {
  answering,
  modelsSchema,
  type RunConfig,
  type RunContext,
  runConfigSchema,
} from "./turn-settings.js";

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
