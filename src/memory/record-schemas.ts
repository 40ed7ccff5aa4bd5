import { z } from "zod";
import {
  alignmentStatusSchema,
  type AlignmentStatus,
} from "../domain/alignment/alignment-status.js";
import { episodeSchema, type Episode } from "../domain/episode.js";
import {
  personaCheckpointSchema,
  type PersonaCheckpoint,
} from "../domain/persona/persona-checkpoint.js";
import { profileSchema, type Profile } from "../domain/profile.js";
import type { RecordKind } from "./parse-record.js";

export const episodeRecord: RecordKind<Episode> = {
  name: "episode",
  schema: episodeSchema,
  migrations: {},
};

export const personaRecord: RecordKind<PersonaCheckpoint> = {
  name: "persona checkpoint",
  schema: personaCheckpointSchema,
  migrations: {},
};

export const profileRecord: RecordKind<Profile> = {
  name: "profile",
  schema: profileSchema,
  migrations: {},
};

export const alignmentRecordKind: RecordKind<AlignmentStatus> = {
  name: "alignment state",
  schema: alignmentStatusSchema,
  migrations: {},
};

const version1 = { schemaVersion: z.literal(1) };

const userSchema = z.strictObject({ ...version1, userId: z.string() });
/** The id that a user key was made from. */
export const userRecord: RecordKind<z.output<typeof userSchema>> = {
  name: "user",
  schema: userSchema,
  migrations: {},
};

const pointerSchema = z.strictObject({ ...version1, answeredAt: z.iso.datetime().nullable() });
/** A pointer to a recent episode, and when its true answer came to memory. */
export const pointerRecord: RecordKind<z.output<typeof pointerSchema>> = {
  name: "recent pointer",
  schema: pointerSchema,
  migrations: {},
};

const outboxSchema = z.strictObject({ ...version1, ids: z.array(z.string()) });
/** Episode ids that the index has yet to learn, or to forget. */
export const outboxRecord: RecordKind<z.output<typeof outboxSchema>> = {
  name: "index mark",
  schema: outboxSchema,
  migrations: {},
};

const indexStateSchema = z.strictObject({ ...version1, identity: z.string() });
/** The `EpisodeIndex.identity` in which all of a user's unmarked episodes are. */
export const indexStateRecord: RecordKind<z.output<typeof indexStateSchema>> = {
  name: "index state",
  schema: indexStateSchema,
  migrations: {},
};
