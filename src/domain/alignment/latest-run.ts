import { activeVersions, type PersonaCheckpoint } from "../persona/persona-checkpoint.js";
import { saysTheSame } from "../persona/version-history.js";

/** What came of an alignment run as a whole. */
export interface RunOutcome {
  /** The last version that the run took; where it took none, its last checkpoint. */
  readonly checkpoint: PersonaCheckpoint;
  readonly accepted: boolean;
  /** Whether what was taken is out of use again, because an earlier version was restored. */
  readonly rolledBack: boolean;
  /** Whether a person decided on any of its candidates. */
  readonly reviewed: boolean;
}

/**
 * What came of the latest run that left a checkpoint. Versions are shared by siblings, so the latest is told by time.
 *
 * @returns Null for a log without a run.
 */
export function latestRun(checkpoints: readonly PersonaCheckpoint[]): RunOutcome | null {
  const made = checkpoints
    .flatMap((checkpoint) =>
      checkpoint.alignment === null ? [] : [{ checkpoint, alignment: checkpoint.alignment }],
    )
    .toSorted(
      (a, b) =>
        Date.parse(a.checkpoint.at) - Date.parse(b.checkpoint.at) ||
        a.alignment.iteration - b.alignment.iteration,
    );
  const last = made.at(-1);
  if (last === undefined) return null;
  const run = made.filter(({ alignment }) => alignment.runId === last.alignment.runId);
  const versions = activeVersions(checkpoints);
  const taken = run.findLast(({ checkpoint }) => versions.some(({ id }) => id === checkpoint.id));
  return {
    checkpoint: (taken ?? last).checkpoint,
    accepted: taken !== undefined,
    rolledBack: taken !== undefined && isTakenBack(taken.checkpoint, versions),
    reviewed: run.some(({ alignment }) => alignment.review !== null),
  };
}

/** Whether the head says again what a version before this one said. */
function isTakenBack(taken: PersonaCheckpoint, versions: readonly PersonaCheckpoint[]): boolean {
  const head = versions.at(-1);
  if (head === undefined || saysTheSame(head, taken)) return false;
  const before = versions.slice(
    0,
    versions.findIndex(({ id }) => id === taken.id),
  );
  return before.some((version) => saysTheSame(version, head));
}
