import { z } from "zod";
import { isOutdated } from "../forgetting/outdated-run.js";
import type { Withdrawal } from "../forgetting/withdrawal.js";
import { type PersonaCheckpoint, personaLineSchema } from "../persona/persona-checkpoint.js";
import { parentVersion } from "../persona/version-history.js";
import { earlierEvidenceSchema } from "./earlier-evidence.js";
import { lineContents } from "./rejected-updates.js";

/** Fewest new held-out items for which a rejected candidate is asked again: fewer could hardly change the decision. */
const fewestNew = 4;

/** A rejected candidate that more items may speak for, with the evidence it had. */
export const promisingSchema = z.strictObject({
  lines: z.array(personaLineSchema),
  earlier: earlierEvidenceSchema,
  /** Names it among the judged candidates, where it counts once. */
  name: z.strictObject({
    runId: z.string(),
    iteration: z.number().int(),
    candidate: z.number().int(),
  }),
  /** The episodes that it was written from or judged by: they tell nothing new of it. */
  known: z.array(z.string()),
});
export type Promising = z.output<typeof promisingSchema>;

/**
 * The rejected candidate that promises most, where only the evidence was thin (`harm-possible`). It is `null` once the
 * lines that it was to replace are not those in use, another agent model answers, an interaction was deleted, or the true
 * answer of one of its items was corrected, because the evidence is then not of this candidate any more; and once it was
 * tried again with another result.
 *
 * @param checkpoints - All of the user's, any order.
 * @param agentModel - As the records name it; any unless given.
 */
export function promisingCandidate(
  checkpoints: readonly PersonaCheckpoint[],
  head: PersonaCheckpoint,
  {
    agentModel,
    withdrawals,
  }: { readonly agentModel?: string; readonly withdrawals: readonly Withdrawal[] },
): Promising | null {
  const triedAgain = new Set(checkpoints.map(({ alignment }) => alignment?.earlier?.id));
  const found = checkpoints.flatMap((checkpoint) => {
    const { id, lines, alignment } = checkpoint;
    if (!isThin(checkpoint) || triedAgain.has(id) || alignment === null) return [];
    const { decision } = alignment;
    const parent = parentVersion(checkpoint, checkpoints);
    const isOfHead =
      lineContents(parent.lines) === lineContents(head.lines) &&
      parent.paperSystemPrompt === head.paperSystemPrompt;
    if (!isOfHead || alignment.models.agent !== (agentModel ?? alignment.models.agent)) return [];
    if (!decision || !("counts" in decision)) return [];
    const tries = triesOf(checkpoint, checkpoints);
    if (tries.some((each) => isVoid(each, withdrawals))) return [];
    const first = tries.at(-1)?.alignment ?? alignment;
    const { runId, iteration, candidate } = first;
    const items = decision.holdout.items + (alignment.earlier?.items ?? 0);
    const known = tries.flatMap(answeredBy).map(({ episodeId }) => episodeId);
    const promising: Promising = {
      lines,
      earlier: { id, items, counts: decision.counts },
      name: { runId, iteration, candidate },
      known: [...new Set(known)],
    };
    return [{ promising, gain: decision.expectedGain }];
  });
  return found.toSorted((a, b) => b.gain - a.gain)[0]?.promising ?? null;
}

/** Whether more was to be gained by it than it costs, and only the evidence was thin. */
function isThin({ status, alignment }: PersonaCheckpoint): boolean {
  return status === "rejected" && alignment?.decision?.outcome === "harm-possible";
}

/** Of held-out items, those that tell something new of a candidate; all, unless it is one that is tried again. */
export function newTo<Item extends { readonly episodeId: string }>(
  promising: Promising | null,
  items: readonly Item[],
): Item[] {
  return items.filter(({ episodeId }) => promising?.known.includes(episodeId) !== true);
}

/** Whether enough held-out items are new to a rejected candidate for trying it again. */
export function hasNewItems(
  promising: Promising,
  holdout: readonly { readonly episodeId: string }[],
): boolean {
  return newTo(promising, holdout).length >= fewestNew;
}

/** The checkpoint and those of the candidate's earlier tries, latest first. */
function triesOf(
  checkpoint: PersonaCheckpoint,
  checkpoints: readonly PersonaCheckpoint[],
): PersonaCheckpoint[] {
  const tries = [checkpoint];
  for (;;) {
    const before = tries.at(-1)?.alignment?.earlier?.id;
    const found = checkpoints.find(({ id }) => id === before);
    if (found === undefined || tries.includes(found)) return tries;
    tries.push(found);
  }
}

/** Its batch, and the held-out items that it got as far as. */
function answeredBy({ alignment }: PersonaCheckpoint) {
  const { batch = [], holdout = [] } = alignment?.scores ?? {};
  return [...batch, ...holdout.filter(({ candidate }) => candidate !== null)];
}

function isVoid(checkpoint: PersonaCheckpoint, withdrawals: readonly Withdrawal[]): boolean {
  return isOutdated({ startedAt: checkpoint.at, batch: answeredBy(checkpoint) }, withdrawals);
}
