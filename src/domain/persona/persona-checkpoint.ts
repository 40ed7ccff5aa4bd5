import { z } from "zod";
import { alignmentRecordSchema } from "../alignment/alignment-record.js";

/** One learned preference, and the episodes that are its evidence. Only text that the user wrote is evidence. */
export const personaLineSchema = z.strictObject({
  text: z.string().min(1),
  /** The tool whose use this line guides (what to search for, where); `null` for a line about answers. */
  tool: z.string().nullable(),
  /** Episode ids, oldest first; at least one. */
  evidence: z.array(z.string()).min(1),
});
export type PersonaLine = z.output<typeof personaLineSchema>;

const share = z.number().min(0).max(1);

/** Why a version was rolled back: the scores of its responses and of its parent's, 0 to 1. */
export const rollbackSchema = z.strictObject({
  /** The version that did worse, and its parent, which is restored. */
  of: z.number().int().positive(),
  to: z.number().int().nonnegative(),
  headMean: share,
  headItems: z.number().int().positive(),
  /** Weighted to the head's mix of kinds of question. */
  parentMean: share,
  parentItems: z.number().int().positive(),
  /** The probability that chance alone makes the head this much worse. */
  pValue: share,
});
export type Rollback = z.output<typeof rollbackSchema>;

/**
 * One version of the learned part of a user's persona. Never edited: a change appends a checkpoint that names its
 * parent. The other parts of a persona are configuration (the rules) or read each time (the profile).
 */
export const personaCheckpointSchema = z.strictObject({
  schemaVersion: z.literal(2),
  /** Unique among the user's checkpoints; sorting ids sorts versions. */
  id: z.string(),
  version: z.number().int().nonnegative(),
  /** The checkpoint this one was made from; `null` for version 0. */
  parentId: z.string().nullable(),
  at: z.iso.datetime(),
  author: z.enum(["initial", "alignment", "person", "rollback"]),
  /** Rejected checkpoints are kept as evidence and are never the head. */
  status: z.enum(["active", "rejected"]),
  lines: z.array(personaLineSchema),
  /**
   * The whole persona as paper mode wrote it, in place of template and lines; `null` in default mode. Not part of
   * `alignment`, because a checkpoint that restores this version must restore it too.
   */
  paperSystemPrompt: z.string().min(1).nullable(),
  reason: z.string(),
  /** How it was arrived at; `null` for a checkpoint that no alignment made. */
  alignment: alignmentRecordSchema.nullable(),
  /** The numbers of an automatic rollback; `null` for every other checkpoint. */
  rollback: rollbackSchema.nullable(),
});
export type PersonaCheckpoint = z.output<typeof personaCheckpointSchema>;

/** Version 0 of every user: nothing learned yet. Not stored, because it is the same for all. */
export const initialPersona: PersonaCheckpoint = {
  schemaVersion: 2,
  id: "0000000000",
  version: 0,
  parentId: null,
  at: "1970-01-01T00:00:00.000Z",
  author: "initial",
  status: "active",
  lines: [],
  paperSystemPrompt: null,
  reason: "The first persona: the fixed rules and the user's profile, nothing learned yet.",
  alignment: null,
  rollback: null,
};

/**
 * The versions that are or were in use, oldest first: version 0, its earliest active child (time, then id), the
 * earliest active child of that, and so on. The order of the checkpoints does not matter. An active checkpoint that is
 * not among them is superseded: another writer was first.
 *
 * @param checkpoints - Any order; version 0 need not be among them.
 * @returns At least version 0; the last one is the head.
 */
export function activeVersions(checkpoints: readonly PersonaCheckpoint[]): PersonaCheckpoint[] {
  const children = new Map<string, PersonaCheckpoint[]>();
  for (const checkpoint of checkpoints) {
    if (checkpoint.status !== "active" || checkpoint.parentId === null) continue;
    const siblings = children.get(checkpoint.parentId) ?? [];
    children.set(checkpoint.parentId, [...siblings, checkpoint]);
  }
  const versions: PersonaCheckpoint[] = [];
  let next: PersonaCheckpoint | undefined = initialPersona;
  while (next !== undefined) {
    versions.push(next);
    const { id }: PersonaCheckpoint = next;
    [next] = (children.get(id) ?? []).toSorted(
      (a, b) => compare(a.at, b.at) || compare(a.id, b.id),
    );
    // A checkpoint is visited once, so a log damaged into a circle still has a head.
    children.delete(id);
  }
  return versions;
}

/** The version that answers now: the last of `activeVersions`. */
export function personaHead(checkpoints: readonly PersonaCheckpoint[]): PersonaCheckpoint {
  return activeVersions(checkpoints).at(-1) ?? initialPersona;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
