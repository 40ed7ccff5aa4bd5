import { isDeepStrictEqual } from "node:util";
import { PersonaAgentError } from "../../system/errors.js";
import { type UnchangedOutcome, unchangedOutcome } from "../alignment/unchanged-outcome.js";
import { activeVersions, initialPersona, type PersonaCheckpoint } from "./persona-checkpoint.js";

/** `past` was the head once; `superseded` is active but was never the head, because another writer was first. */
export type PersonaVersionStatus = "head" | "past" | "rejected" | "superseded";

/** The status of each checkpoint of a log, by id. */
export function personaVersionStatuses(
  checkpoints: readonly PersonaCheckpoint[],
): ReadonlyMap<string, PersonaVersionStatus> {
  const inUse = activeVersions(checkpoints).map(({ id }) => id);
  const head = inUse.at(-1);
  return new Map(
    checkpoints.map(({ id, status }) => {
      if (id === head) return [id, "head"];
      if (inUse.includes(id)) return [id, "past"];
      return [id, status === "rejected" ? "rejected" : "superseded"];
    }),
  );
}

/** The checkpoint that this one was made from; version 0 where it is missing, and for version 0 itself. */
export function parentVersion(
  { parentId }: PersonaCheckpoint,
  checkpoints: readonly PersonaCheckpoint[],
): PersonaCheckpoint {
  return checkpoints.find(({ id }) => id === parentId) ?? initialPersona;
}

/** Whether two versions have the same lines and the same text of paper mode. */
export function saysTheSame(a: PersonaCheckpoint, b: PersonaCheckpoint): boolean {
  return a.paperSystemPrompt === b.paperSystemPrompt && isDeepStrictEqual(a.lines, b.lines);
}

/**
 * What happened where an alignment only recorded that the persona stays as it is; `null` for a checkpoint that changes
 * it, and for one that is no alignment's.
 */
export function outcomeWithoutChange(
  checkpoint: PersonaCheckpoint,
  checkpoints: readonly PersonaCheckpoint[],
): UnchangedOutcome | null {
  const { alignment, reason, status } = checkpoint;
  const isUnchanged = saysTheSame(checkpoint, parentVersion(checkpoint, checkpoints));
  if (alignment === null || status === "active" || !isUnchanged) return null;
  return unchangedOutcome(alignment, reason);
}

/** `version 2`; one that was never in use has no number of its own: `the rejected checkpoint 1q5r…`. */
export function versionName(
  { id, version }: PersonaCheckpoint,
  checkpoints: readonly PersonaCheckpoint[],
): string {
  const status = personaVersionStatuses(checkpoints).get(id);
  return status === "head" || status === "past"
    ? `version ${version}`
    : `the ${status} checkpoint ${id}`;
}

/**
 * The checkpoint that a caller names: by number among the versions that are or were in use, by id among all.
 *
 * @param checkpoints - All of the user's, version 0 included.
 * @throws {PersonaAgentError} `config-version-unknown`
 */
export function findVersion(
  userId: string,
  checkpoints: readonly PersonaCheckpoint[],
  wanted: number | string,
): PersonaCheckpoint {
  const inUse = activeVersions(checkpoints);
  const found =
    inUse.find(({ version }) => String(version) === String(wanted)) ??
    checkpoints.find(({ id }) => id === wanted);
  if (found !== undefined) return found;
  const unused = checkpoints.filter(({ version }) => String(version) === String(wanted));
  const statuses = personaVersionStatuses(checkpoints);
  const why = new Set(unused.map(({ id }) => statuses.get(id)));
  throw unknownVersion(
    unused.length === 0
      ? `The persona of ${JSON.stringify(userId)} has no version ${shown(wanted)}`
      : `Version ${shown(wanted)} of the persona of ${JSON.stringify(userId)} was never in use (${[...why].join(", ")})`,
    inUse,
  );
}

/**
 * The same for a version to restore: a superseded one too, but never a rejected one.
 *
 * @throws {PersonaAgentError} `config-version-unknown`
 */
export function findRestorable(
  userId: string,
  checkpoints: readonly PersonaCheckpoint[],
  wanted: number | string,
): PersonaCheckpoint {
  const found = findVersion(userId, checkpoints, wanted);
  if (found.status === "active") return found;
  throw unknownVersion(
    `The checkpoint ${found.id} of the persona of ${JSON.stringify(userId)} was rejected and never in use`,
    activeVersions(checkpoints),
  );
}

/** Version numbers have no gaps, so the first and the last name them all. */
function unknownVersion(what: string, inUse: readonly PersonaCheckpoint[]): PersonaAgentError {
  const last = inUse.at(-1)?.version ?? 0;
  const known = last === 0 ? "0, the only one" : `one of 0 to ${last}`;
  return new PersonaAgentError(
    "config-version-unknown",
    `${what}; expected ${known}, or the id of a checkpoint. Name one of these.`,
  );
}

function shown(wanted: number | string): string {
  return typeof wanted === "number" ? String(wanted) : JSON.stringify(wanted.slice(0, 60));
}
