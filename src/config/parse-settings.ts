import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import type { z } from "zod";
import { PersonaAgentError } from "../system/errors.js";
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
 * Settings of one turn: the keys of `configurable` that are ours, overridden by `context`, with defaults filled in.
 *
 * LangGraph passes the context to nodes unchanged, so every node that needs a setting calls this. Unknown keys are
 * rejected in `context` only: `configurable` also carries the server's own.
 *
 * @throws {PersonaAgentError} `config-invalid`; one line that names every bad field.
 */
export function parseRunConfig(runtime: Runtime): RunConfig {
  return parseSettings(runConfigSchema, runtime) as RunConfig;
}

/** Settings of one alignment, as `parseRunConfig`; in mode `paper` with the paper's defaults. */
export function parseAlignConfig(runtime: Runtime): AlignConfig {
  const { mode } = parseSettings(alignConfigSchema, runtime) as AlignConfig;
  const defaults = mode === "paper" ? paperAlignment : {};
  return parseSettings(alignConfigSchema, runtime, defaults) as AlignConfig;
}

/** A turn's explicit settings that the alignment it requests shares; the rest keep the alignment's own defaults. */
export function sharedSettings(
  runtime: Runtime,
): Pick<RunContext, Exclude<keyof typeof answering, "userId">> {
  return explicitSettings(runtime, answering);
}

/** A turn's explicit settings, for the reflection that it requests. */
export function turnSettings(runtime: Runtime): Omit<RunContext, "userId"> {
  return explicitSettings(runtime, runConfigSchema.shape);
}

function explicitSettings({ configurable, context }: Runtime, names: object): object {
  const settings = Object.entries({ ...configurable, ...context });
  return Object.fromEntries(
    settings.filter(([name, value]) => name in names && name !== "userId" && value !== undefined),
  );
}

function parseSettings(
  schema: z.ZodObject,
  { configurable = {}, context = {} }: Runtime,
  defaults: object = {},
): unknown {
  const ours = Object.entries(configurable).filter(([key]) => key in schema.shape);
  const settings = { ...defaults, ...Object.fromEntries(ours), ...(context as object) };
  const result = schema.safeParse(settings);
  if (result.success) return result.data;
  const { issues } = result.error;
  const message = issues.map((issue) => describe(issue, schema)).join(" ");
  throw new PersonaAgentError("config-invalid", message, { details: { issues } });
}

function describe(issue: z.core.$ZodIssue, schema: z.ZodObject): string {
  const path = issue.path.join(".");
  if (issue.code !== "unrecognized_keys")
    return `The setting ${path} is not valid: ${issue.message}. Correct it or leave it out.`;
  const unknown = issue.keys.map((key) => JSON.stringify(key)).join(", ");
  const expected = Object.keys((path === "" ? schema : modelsSchema).shape).join(", ");
  return `Unknown setting ${unknown}${path && ` in ${path}`}; expected one of ${expected}. Check the spelling.`;
}
