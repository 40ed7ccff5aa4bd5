import { activeVersions, type PersonaCheckpoint } from "../persona/persona-checkpoint.js";
import { saysTheSame } from "../persona/version-history.js";

/** The result of a whole alignment run. */
export interface RunOutcome {
  /** The last version that the run accepted, else its last checkpoint. */
  readonly checkpoint: PersonaCheckpoint;
  readonly accepted: boolean;
  /** Whether the accepted version is out of use again, because an earlier one was restored. */
  readonly rolledBack: boolean;
  /** Whether a person decided on any of its candidates. */
  readonly reviewed: boolean;
}

/** The result of the latest run with a checkpoint; `null` without one. Siblings share a version, so time decides. */
export function latestRun(checkpoints: readonly PersonaCheckpoint[]): RunOutcome | null {
  const records = checkpoints
    .flatMap((checkpoint) =>
      checkpoint.alignment === null ? [] : [{ checkpoint, alignment: checkpoint.alignment }],
    )
    .toSorted(
      (a, b) =>
        Date.parse(a.checkpoint.at) - Date.parse(b.checkpoint.at) ||
        a.alignment.iteration - b.alignment.iteration,
    );
  const last = records.at(-1);
  if (last === undefined) return null;
  const run = records.filter(({ alignment }) => alignment.runId === last.alignment.runId);
  const versions = activeVersions(checkpoints);
  const accepted = run.findLast(
    ({ checkpoint }) =>
      checkpoint.author !== "rollback" && versions.some(({ id }) => id === checkpoint.id),
  );
  return {
    checkpoint: (accepted ?? last).checkpoint,
    accepted: accepted !== undefined,
    rolledBack: accepted !== undefined && isRolledBack(accepted.checkpoint, versions),
    reviewed: run.some(({ alignment }) => alignment.review !== null),
  };
}

/** Whether the head has the content of a version before `accepted`. */
function isRolledBack(
  accepted: PersonaCheckpoint,
  versions: readonly PersonaCheckpoint[],
): boolean {
  const head = versions.at(-1);
  if (head === undefined || saysTheSame(head, accepted)) return false;
  const before = versions.slice(
    0,
    versions.findIndex(({ id }) => id === accepted.id),
  );
  return before.some((version) => saysTheSame(version, head));
}
