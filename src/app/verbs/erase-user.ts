import type { VerbOutput } from "../../contract/verbs.js";
import { parseUserId } from "../../domain/user-id.js";
import type { UserErasure } from "../../memory/user-erasure.js";
import type { UserJobs } from "../alignment-runs/job-queue.js";

/** What something beside memory keeps of users. */
export interface UserHolding {
  /** Of what kind, as the result of `erase` names it: `threads`, `assistants`. */
  readonly kind: string;
  /** The ids of what is a user's; of threads, those that they began and those of their alignments and reflections. */
  find(userId: string): Promise<readonly string[]>;
  /** Deletes one, with all that belongs to it; nothing happens if there is none. */
  delete(id: string): Promise<void>;
}

export interface EraseDeps {
  readonly erasure: UserErasure;
  readonly holdings: readonly UserHolding[];
  readonly jobs: Pick<UserJobs, "count" | "delete"> | undefined;
  /** Ends what is under way for the user, and waits for the end. */
  readonly stopAll: (userId: string) => Promise<void>;
}

/** Errors as `UserVerbs.erase`. */
export async function eraseUser(
  userId: string,
  { erasure, holdings, jobs, stopAll }: EraseDeps,
): Promise<VerbOutput<"erase">> {
  const user = parseUserId(userId);
  return erasure.during(user, async () => {
    // What is only requested must not begin meanwhile.
    const deletedJobs = (await jobs?.count(user)) ?? 0;
    await jobs?.delete(user);
    await stopAll(user);
    // Before memory, which is what finds them again if this ends here.
    const deleted = await eachOf(holdings, async ({ find, delete: remove }) => {
      const ids = await find(user);
      for (const id of ids) await remove(id);
      return ids.length;
    });
    const records = await erasure.erase(user);
    // What ended just now may have asked for one.
    await jobs?.delete(user);
    const left = await eachOf(holdings, async ({ find }) => (await find(user)).length);
    return {
      user,
      erased: { ...records, ...deleted, ...counted("jobs", deletedJobs) },
      left: {
        ...(await erasure.scan(user)),
        ...left,
        ...counted("jobs", (await jobs?.count(user)) ?? 0),
      },
    };
  });
}

/** One after another; the numbers of one kind together. */
async function eachOf(
  holdings: readonly UserHolding[],
  count: (holding: UserHolding) => Promise<number>,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const holding of holdings) {
    const found = await count(holding);
    if (found > 0) counts[holding.kind] = (counts[holding.kind] ?? 0) + found;
  }
  return counts;
}

const counted = (kind: string, count: number) => (count > 0 ? { [kind]: count } : {});
