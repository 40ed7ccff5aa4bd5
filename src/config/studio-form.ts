import { z } from "zod";
import { alignConfigSchema } from "./alignment-settings.js";
import { runConfigSchema } from "./turn-settings.js";

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
