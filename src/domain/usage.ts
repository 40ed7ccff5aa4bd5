import { z } from "zod";
import { PersonaAgentError } from "../system/errors.js";

/** The cost of model calls. Tokens are the provider's own count; 0 where it gave none. */
export const usageSchema = z.strictObject({
  calls: z.number().int().nonnegative(),
  tokens: z.strictObject({
    in: z.number().int().nonnegative(),
    out: z.number().int().nonnegative(),
  }),
});
export type Usage = z.output<typeof usageSchema>;

export const noUsage: Usage = { calls: 0, tokens: { in: 0, out: 0 } };

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    calls: a.calls + b.calls,
    tokens: { in: a.tokens.in + b.tokens.in, out: a.tokens.out + b.tokens.out },
  };
}

/** The cost of what was added to `b` to come to `a`. */
export function subtractUsage(a: Usage, b: Usage): Usage {
  return {
    calls: a.calls - b.calls,
    tokens: { in: a.tokens.in - b.tokens.in, out: a.tokens.out - b.tokens.out },
  };
}

/** The usage of one model call, from LangChain's metadata on its answer. */
export function usageOfCall(message: {
  readonly usage_metadata?:
    | { readonly input_tokens: number; readonly output_tokens: number }
    | undefined;
}): Usage {
  const { input_tokens = 0, output_tokens = 0 } = message.usage_metadata ?? {};
  return { calls: 1, tokens: { in: input_tokens, out: output_tokens } };
}

/** The same error with what was spent before it; other errors than ours are returned unchanged. */
export function withUsage(error: unknown, usage: Usage): unknown {
  if (!PersonaAgentError.is(error)) return error;
  const { code, message, details, cause } = error;
  return new PersonaAgentError(code, message, { details: { ...details, usage }, cause });
}

/** The cost in an error's details; no cost where they have none. */
export function usageOfError(details: Readonly<Record<string, unknown>>): Usage {
  const { data = noUsage } = usageSchema.safeParse(details["usage"]);
  return data;
}
