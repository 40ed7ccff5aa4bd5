import { z } from "zod";
import { PersonaAgentError } from "../../system/errors.js";

/** A model call inside an alignment that failed for good; its item counts as missing. */
export const failedItemSchema = z.strictObject({
  step: z.enum(["answer", "critique", "judgement"]),
  /** Names the persona that answers within its run; of a judgement the candidate. */
  persona: z.string(),
  episodeId: z.string(),
  /** Which answer to the item, from 0. */
  repeat: z.number().int().nonnegative(),
  /** The call of the run in which it failed; null in later iterations, which ask again. */
  attempt: z.string().nullable(),
  /** The error's own sentence. */
  message: z.string(),
  /** HTTP status; null where there was no response. */
  status: z.number().nullable(),
});
export type FailedItem = z.output<typeof failedItemSchema>;

/**
 * The error that ends a run with too few answers to go on; the next call asks for the missing ones alone.
 *
 * @param what - The items in words, as `items`.
 * @param failures - Why the others are missing; the latest one is named. At least one.
 */
export function tooFewItems(
  [answered, wanted]: readonly [answered: number, wanted: number],
  what: string,
  failures: readonly FailedItem[],
): PersonaAgentError {
  const { message = "no reason given.", status = null } = failures.at(-1) ?? {};
  return new PersonaAgentError(
    "model-unavailable",
    `Only ${answered} of ${wanted} ${what}: ${message} The next call asks for the others only.`,
    { details: { status, answered, wanted } },
  );
}

const degradedName = "items-failed: ";

/** The names in `degraded`, with how many items are missing and why; the name is there once in a run. */
export function withFailedItems(
  degraded: readonly string[],
  failures: readonly FailedItem[],
): string[] {
  const others = degraded.filter((name) => !name.startsWith(degradedName));
  const [latest] = failures.slice(-1);
  if (latest === undefined) return others;
  const items = new Set(failures.map(({ episodeId }) => episodeId)).size;
  return [
    ...others,
    `${degradedName}${items} ${items === 1 ? "item" : "items"}, ${latest.message}`,
  ];
}
