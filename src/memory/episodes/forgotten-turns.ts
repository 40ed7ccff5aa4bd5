import { type Episode, identityOfId } from "../../domain/episode.js";
import { withoutResponse } from "../../domain/forgetting/repeated-words.js";
import { deletedSince, type Withdrawal } from "../../domain/forgetting/withdrawal.js";
import type { UserKey } from "../../domain/user-id.js";
import type { StoreChange } from "../store-access.js";
import { reinstatement, withdrawalChange } from "../withdrawals.js";
import type { TurnOptions } from "./episodic-memory.js";

/**
 * The episodes that may be written, and what becomes of the withdrawals: a turn does not bring a deleted episode back,
 * and leaves out its response if something was deleted after it began. Anybody else who adds a deleted episode wants it.
 */
export function notForgotten(
  user: UserKey,
  given: readonly Episode[],
  withdrawals: readonly Withdrawal[],
  { startedAt }: TurnOptions = {},
): { readonly incoming: readonly Episode[]; readonly withdrawals: readonly StoreChange[] } {
  const deleted = withdrawals.filter(({ what }) => what === "deleted");
  if (deleted.length === 0) return { incoming: given, withdrawals: [] };
  if (startedAt === undefined) {
    const ids = new Set(given.map(({ id }) => id));
    const wanted = deleted.filter(({ episodeId }) => ids.has(episodeId));
    const changes = wanted.map(({ episodeId }) => reinstatement(user, episodeId));
    return { incoming: given, withdrawals: changes };
  }
  const since = deletedSince(withdrawals, startedAt);
  const incoming = given.filter(
    (episode) => !deleted.some(({ episodeId }) => isSameTurn(episode, episodeId)),
  );
  if (since.length === 0) return { incoming, withdrawals: [] };
  const ids = incoming.map(({ id }) => id);
  return {
    incoming: incoming.map(withoutResponse),
    withdrawals: since.map((withdrawal) =>
      withdrawalChange(user, {
        ...withdrawal,
        responses: [...new Set([...withdrawal.responses, ...ids])],
      }),
    ),
  };
}

/** Outside a thread a message's id may be a caller's constant, so that turns of one text have one identity. */
function isSameTurn({ id, threadId }: Episode, episodeId: string): boolean {
  return threadId === null ? id === episodeId : identityOfId(id) === identityOfId(episodeId);
}
