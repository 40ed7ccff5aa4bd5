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
import { withdrawalSchema, type Withdrawal } from "../domain/forgetting/withdrawal.js";
import { userLocaleSchema } from "../domain/locale.js";
import { profileSchema, type Profile } from "../domain/profile.js";
import { type ReflectionStatus, reflectionStatusSchema } from "../domain/reflection-status.js";
import { spentSchema } from "../domain/spending.js";
import type { Json, RecordKind } from "./parse-record.js";

/** Version 2 calls what the user really answered `groundTruth`; version 3 has `options` and `scale`. */
export const episodeRecord: RecordKind<Episode> = {
  name: "episode",
  schema: episodeSchema,
  migrations: {
    1: (earlier) => ({ ...renamed(earlier, { answer: "groundTruth" }), ...version2 }),
    2: (earlier) => ({ ...earlier, options: null, scale: null, schemaVersion: 3 }),
  },
};

/** Version 2: `paperSystemPrompt`; in its evidence `rejections`, and the acceptance rule's names. */
export const personaRecord: RecordKind<PersonaCheckpoint> = {
  name: "persona checkpoint",
  schema: personaCheckpointSchema,
  migrations: {
    1: (earlier) => ({
      ...renamed(earlier, { paperText: "paperSystemPrompt" }),
      alignment: within(earlier["alignment"], (alignment) => ({
        ...renamed(alignment, { refusals: "rejections" }),
        decision: within(alignment["decision"], (decision) => ({
          ...decision,
          rule: within(decision["rule"], (rule) => renamed(rule, ruleNames)),
        })),
      })),
      ...version2,
    }),
  },
};

export const profileRecord: RecordKind<Profile> = {
  name: "profile",
  schema: profileSchema,
  migrations: {},
};

/**
 * Version 2: `runOwner`, and settings by their new names. The steps that a run of version 1 kept cannot be read any
 * more, so a run that was in progress, or waited for a person, counts as interrupted and begins again.
 */
export const alignmentRecordKind: RecordKind<AlignmentStatus> = {
  name: "alignment state",
  schema: alignmentStatusSchema,
  migrations: {
    1: (earlier) => ({
      ...renamed(earlier, { worker: "runOwner" }),
      ...(earlier["status"] !== "idle" && { status: "running", threadId: null, error: null }),
      runOwner: null,
      settings: within(earlier["settings"], (settings) =>
        renamed(settings, { ...ruleNames, repeats: "samplesPerItem" }),
      ),
      ...version2,
    }),
  },
};

export const withdrawalRecord: RecordKind<Withdrawal> = {
  name: "withdrawal",
  schema: withdrawalSchema,
  migrations: {},
};

export const reflectionRecord: RecordKind<ReflectionStatus> = {
  name: "reflection state",
  schema: reflectionStatusSchema,
  migrations: {},
};

const ruleNames = { marginItems: "minNetWins", level: "significanceLevel" };
const version2 = { schemaVersion: 2 };

function renamed(object: Json, names: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [names[name] ?? name, value]),
  );
}

/** What is no object, such as `null`, stays as it is. */
function within(value: unknown, change: (object: Json) => Json): unknown {
  return typeof value === "object" && value !== null ? change(value as Json) : value;
}

export const localeRecord = { name: "locale", schema: userLocaleSchema, migrations: {} };

/** The id that a user key was made from. */
export const userRecord = ofVersion1("user", { userId: z.string() });

/** A pointer to a recent episode, and when its true answer came to memory. */
export const pointerRecord = ofVersion1("recent pointer", {
  answeredAt: z.iso.datetime().nullable(),
});

/** Episode ids that the index has yet to learn, or to forget. */
export const outboxRecord = ofVersion1("outbox entry", { ids: z.array(z.string()) });

/** The `EpisodeIndex.identity` in which all of a user's episodes are that no outbox entry names. */
export const indexStateRecord = ofVersion1("index state", {
  identity: z.string(),
  /** Of an index that is being filled, newest first: the oldest id that it has. */
  filledFrom: z.string().optional(),
});

/** What a user's entries in the index are sealed with. */
export const indexSecretRecord = ofVersion1("index secret", { secret: z.string() });

/** What a day's model calls cost. */
export const spendingRecord = ofVersion1("spending", { spent: z.array(spentSchema) });

/** The last erasure of a user. */
export const erasureRecord = ofVersion1("erasure", {
  /** An id that tells it from others. */
  erasure: z.string(),
  at: z.iso.datetime(),
  isRunning: z.boolean(),
});

/** What judging one candidate showed: counts alone. */
export const judgedRecord = ofVersion1("judged candidate", {
  at: z.iso.datetime(),
  gained: z.number().nonnegative(),
  lost: z.number().nonnegative(),
  items: z.number().nonnegative(),
  accepted: z.boolean(),
});

function ofVersion1<const Shape extends z.core.$ZodLooseShape>(name: string, shape: Shape) {
  return {
    name,
    schema: z.strictObject({ schemaVersion: z.literal(1), ...shape }),
    migrations: {},
  };
}
