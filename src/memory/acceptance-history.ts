import { createHash } from "node:crypto";
import type { CandidateCounts } from "../domain/alignment/effect-prior.js";
import { judgedNamespace } from "./namespaces.js";
import { parseRecord } from "./parse-record.js";
import { judgedRecord } from "./record-schemas.js";
import type { StoreAccess } from "./store-access.js";

/** What judging one candidate showed, and whether it was taken. */
export interface JudgedCandidate extends CandidateCounts {
  readonly accepted: boolean;
}

/** Names a candidate, so that it is counted once however often its node runs. */
export interface CandidateName {
  readonly runId: string;
  readonly iteration: number;
  /** Its place in the iteration. */
  readonly candidate: number;
}

/**
 * What the judged candidates of all users of this store were worth: counts only, which name no user and hold no text.
 * Store errors as `EpisodicMemory`.
 */
export interface AcceptanceHistory {
  /** The latest 500 since the last reset, oldest first; `learnPrior` says what candidates are worth by them. */
  judged(): Promise<JudgedCandidate[]>;
  /**
   * Counts are rounded to a tenth. The same name again changes nothing, unless the candidate was tried again: then more
   * items take the place of fewer.
   */
  add(judged: JudgedCandidate, name: CandidateName): Promise<void>;
  /** Forgets all: the prior is the starting one again. @returns How many candidates were forgotten. */
  reset(): Promise<number>;
}

const mostKept = 500;
/** Candidates beyond the limit before the oldest are removed, so that not every write deletes one. */
const slack = 50;

/**
 * A key a candidate: `BaseStore` has no compare-and-set, and processes that judge at the same moment must not overwrite
 * each other.
 */
export function createAcceptanceHistory(access: StoreAccess, now: () => Date): AcceptanceHistory {
  async function stored() {
    const items = await access.scan(judgedNamespace);
    return items
      .map((item) => ({ key: item.key, ...parseRecord(judgedRecord, item) }))
      .toSorted((a, b) => (a.at === b.at ? (a.key < b.key ? -1 : 1) : a.at < b.at ? -1 : 1));
  }
  const deletion = ({ key }: { readonly key: string }) => ({
    namespace: judgedNamespace,
    key,
    value: null,
  });
  const judged = async () =>
    (await stored())
      .slice(-mostKept)
      .map(({ gained, lost, items, accepted }) => ({ gained, lost, items, accepted }));

  return {
    judged,
    async add({ gained, lost, items, accepted }, { runId, iteration, candidate }) {
      const name = JSON.stringify([runId, iteration, candidate]);
      const key = createHash("sha256").update(name).digest("hex").slice(0, 32);
      const before = await stored();
      const known = before.find((record) => record.key === key);
      if (known !== undefined && known.items >= tenths(items)) return;
      const counts = { gained: tenths(gained), lost: tenths(lost) };
      const value = {
        schemaVersion: 1,
        at: now().toISOString(),
        ...counts,
        items: Math.max(tenths(items), tenths(counts.gained + counts.lost)),
        accepted,
      };
      const count = before.length + (known === undefined ? 1 : 0);
      const outdated = count > mostKept + slack ? before.slice(0, count - mostKept) : [];
      await access.write([{ namespace: judgedNamespace, key, value }, ...outdated.map(deletion)]);
    },
    async reset() {
      const all = await stored();
      await access.write(all.map(deletion));
      return all.length;
    },
  };
}

function tenths(count: number): number {
  return Math.round(count * 10) / 10;
}
