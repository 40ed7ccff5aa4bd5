import type { VerbOutput } from "../../contract/verbs.js";
import { parseUserId } from "../../domain/user-id.js";
import type { UserJobs } from "../alignment-runs/job-queue.js";
import type { UserErasure } from "../../memory/user-erasure.js";

/** The threads of a user that something keeps. */
export interface UserThreads {
  /** The ids of the threads that this user began, and of those on which their alignments and reflections run. */
  find(userId: string): Promise<readonly string[]>;
  /** Deletes a thread with its steps and runs; nothing happens if there is none. */
  delete(threadId: string): Promise<void>;
}

export interface EraseDeps {
  readonly erasure: UserErasure;
  readonly threads: readonly UserThreads[];
  readonly jobs: Pick<UserJobs, "count" | "delete"> | undefined;
  /** Ends what is under way for the user, and waits for the end. */
  readonly stopAll: (userId: string) => Promise<void>;
}

/** Errors as `UserVerbs.erase`. */
export async function eraseUser(
  userId: string,
  { erasure, threads, jobs, stopAll }: EraseDeps,
): Promise<VerbOutput<"erase">> {
  const user = parseUserId(userId);
  // What is only requested must not begin meanwhile.
  const deletedJobs = (await jobs?.count(user)) ?? 0;
  await jobs?.delete(user);
  await stopAll(user);
  // Threads first: what runs on them may still write.
  let deletedThreads = 0;
  for (const { find, delete: remove } of threads)
    for (const thread of await find(user)) {
      await remove(thread);
      deletedThreads += 1;
    }
  const records = await erasure.erase(user);
  const found = await Promise.all(threads.map(async ({ find }) => (await find(user)).length));
  const leftThreads = found.reduce((sum, count) => sum + count, 0);
  const leftJobs = (await jobs?.count(user)) ?? 0;
  return {
    user,
    erased: {
      ...records,
      ...(deletedThreads > 0 && { threads: deletedThreads }),
      ...(deletedJobs > 0 && { jobs: deletedJobs }),
    },
    left: {
      ...(await erasure.scan(user)),
      ...(leftThreads > 0 && { threads: leftThreads }),
      ...(leftJobs > 0 && { jobs: leftJobs }),
    },
  };
}
