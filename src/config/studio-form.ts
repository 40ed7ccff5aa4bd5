import { z } from "zod";
import { alignConfigSchema } from "./alignment-settings.js";
import { runConfigSchema } from "./turn-settings.js";

/**
 * A field that Studio can draw (type, range, default, description) but that accepts every value: LangGraph's own check
 * would fail with twenty lines before any node can reject the run with one.
 */
export function formField(field: z.ZodType) {
  const { $schema: _, ...form } = z.toJSONSchema(field, { io: "input" });
  return z.unknown().optional().meta(form);
}

/** Settings as a form, unchecked: LangGraph fills in no defaults and would check `configurable` too. */
function formOf(schema: z.ZodObject): z.ZodObject {
  return z.object(
    Object.fromEntries(
      Object.entries(schema.shape).map(([name, field]) => [name, formField(field as z.ZodType)]),
    ),
  );
}

export const contextFormSchema: z.ZodObject = formOf(runConfigSchema);
export const alignFormSchema: z.ZodObject = formOf(alignConfigSchema);
