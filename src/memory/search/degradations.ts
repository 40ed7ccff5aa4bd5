import type { MemoryDegradation } from "../episodes/episodic-memory.js";

/** Told of every failure that memory worked around. */
export type ReportDegradation = (kind: MemoryDegradation, error: unknown) => void;

/** Collects what went wrong in one call without failing it. */
export interface Degradations {
  /** The task's result; null, noted and reported, when it fails. Only calls to index or embeddings go in. */
  attempt<T extends object | string | true>(
    kind: MemoryDegradation,
    task: () => Promise<T>,
  ): Promise<T | null>;
  note(kind: MemoryDegradation): void;
  /** Each kind once, in order of appearance. */
  kinds(): MemoryDegradation[];
}

export function createDegradations(report: ReportDegradation): Degradations {
  const kinds = new Set<MemoryDegradation>();
  return {
    async attempt(kind, task) {
      try {
        return await task();
      } catch (error) {
        kinds.add(kind);
        report(kind, error);
        return null;
      }
    },
    note: (kind) => void kinds.add(kind),
    kinds: () => [...kinds],
  };
}
