import type { VerbOutput } from "../../contract/verbs.js";
import { userKey } from "../../domain/user-id.js";
import type { EpisodeIndex } from "../../memory/index/episode-index.js";
import type { Memory } from "../../memory/memory.js";
import { recordedError } from "../../system/errors.js";
import { withTimeLimit } from "../../system/time-limit.js";
import type { UserJobs } from "../alignment-runs/job-queue.js";

export interface HealthDeps {
  readonly memory: Pick<Memory, "locales">;
  readonly index: Pick<EpisodeIndex, "kind" | "keywordSearch">;
  readonly jobs: Pick<UserJobs, "counts"> | undefined;
  readonly unindexed: () => Promise<number | null>;
}

const timeoutMs = 5_000;
/** Of whom nothing is remembered. */
const nobody = "health check";

/** Reads a record that is not there, and searches for a word that is not there. */
export async function readHealth({
  memory,
  index,
  jobs,
  unindexed,
}: HealthDeps): Promise<VerbOutput<"health">> {
  const [store, found, counts, behind] = await Promise.all([
    part(() => memory.locales.get(nobody)),
    part(() => index.keywordSearch(userKey(nobody), ["health"], 1)),
    // They are in the store's database, whose failure is told already.
    jobs?.counts().catch(() => null),
    withTimeLimit(unindexed, { timeoutMs }).catch(() => null),
  ]);
  return {
    ok: store.ok && found.ok,
    store,
    index: { ...found, kind: index.kind },
    jobs: counts ?? null,
    unindexed: behind,
  };
}

async function part(read: () => Promise<unknown>) {
  try {
    await withTimeLimit(read, { timeoutMs });
    return { ok: true, error: null };
  } catch (error) {
    return { ok: false, error: recordedError(error).message };
  }
}
