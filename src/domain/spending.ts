import { z } from "zod";
import type { Usage } from "./usage.js";

/** What a day's model calls of one kind and one model cost. */
export const spentSchema = z.strictObject({
  kind: z.enum(["turn", "reflection", "profile"]),
  model: z.string(),
  calls: z.number().int().nonnegative(),
  in: z.number().int().nonnegative(),
  out: z.number().int().nonnegative(),
});
export type Spent = z.output<typeof spentSchema>;

/** One call or more, by whom they were made. */
export interface Spending extends Pick<Spent, "kind" | "model"> {
  readonly usage: Usage;
}

/** A day's list with what was spent now. */
export function withSpending(list: readonly Spent[], { kind, model, usage }: Spending): Spent[] {
  const isSame = (each: Spent) => each.kind === kind && each.model === model;
  const before = list.find(isSame) ?? { kind, model, calls: 0, in: 0, out: 0 };
  return [
    ...list.filter((each) => !isSame(each)),
    {
      ...before,
      calls: before.calls + usage.calls,
      in: before.in + usage.tokens.in,
      out: before.out + usage.tokens.out,
    },
  ];
}

/** Dollars, or any other unit, for a million tokens, by the model's name. */
export type Prices = Readonly<Record<string, { readonly in: number; readonly out: number }>>;

/** `null` where a price is missing. */
export function costOf(spent: Pick<Spent, "model" | "in" | "out">, prices: Prices): number | null {
  const price = prices[spent.model];
  if (price === undefined) return spent.in + spent.out === 0 ? 0 : null;
  return (spent.in * price.in + spent.out * price.out) / 1_000_000;
}
