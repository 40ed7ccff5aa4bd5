import { z } from "zod";
import { trialRecordSchema } from "../domain/alignment/alignment-record.js";
import { answerKindsSchema } from "../domain/scoring/answer-kinds.js";
import { episodeSchema, feedbackSchema } from "../domain/episode.js";
import { inferredFeedbackSchema } from "../domain/inferred-feedback.js";
import {
  personaCheckpointSchema,
  personaLineSchema,
} from "../domain/persona/persona-checkpoint.js";
import { profileSchema } from "../domain/profile.js";
import { usageSchema } from "../domain/usage.js";
import { agentState } from "../state/agent-state.js";
import { iterationSchema } from "../state/alignment-state.js";
import { feedbackState } from "../state/feedback-state.js";

const { shape: episode } = episodeSchema;

/** An interaction as lists show it. */
export const episodeShape = z.strictObject({
  id: z.string(),
  at: episode.at,
  query: episode.query,
  options: episode.options,
  scale: episode.scale,
  response: episode.response,
  /** The true answer. */
  answer: episode.groundTruth,
  /** Whether the user called the response wrong. */
  rejected: z.boolean(),
  /** Why, in the user's own words. */
  reason: z.string().nullable(),
  /** Feedback that nobody gave: what a model read from the user's next messages. */
  inferred: z
    .strictObject({
      kind: feedbackSchema.shape.kind,
      episodeId: z.string(),
      confidence: z.number(),
    })
    .nullable(),
});

/** How the true answer is scored; `not-allowed` is none of those that its question states, and compared by words. */
const answerKind = z.enum(["choice", "rating", "open", "not-allowed", "unanswered"]);

/** An interaction with all that is known of it. */
export const wholeEpisodeShape = episodeShape.extend({
  answerKind,
  feedback: episode.feedback,
  replacedResponses: episode.replacedResponses,
  toolsUsed: episode.toolsUsed,
  personaVersion: episode.personaVersion,
  threadId: episode.threadId,
  source: episode.source,
  task: episode.task,
});

/** An interaction as the evidence of something learned: in the user's own words. */
export const sourceShape = z.strictObject({
  id: z.string(),
  at: episode.at,
  query: episode.query,
  answer: episode.groundTruth,
});

const sourcedShape = z.strictObject({ text: z.string(), sources: z.array(sourceShape) });

export const profileShape = z.strictObject({
  version: profileSchema.shape.version,
  at: profileSchema.shape.at,
  statements: z.array(
    sourcedShape.extend({
      /** Since when it stands in the profile, in these words. */
      since: z.iso.datetime(),
      /** What was said in its place before and holds no longer, latest first. */
      replaces: z.array(sourcedShape),
    }),
  ),
});

export const personaShape = z.strictObject({
  user: z.string(),
  version: z.number(),
  /** Since when, ISO 8601; `null` for version 0. */
  at: z.iso.datetime().nullable(),
  /** The fixed part of every persona; empty for none. */
  instructions: z.string(),
  profile: profileShape.nullable(),
  lines: z.array(
    sourcedShape.extend({
      tool: personaLineSchema.shape.tool,
      /** The version that brought it, in these words, and when. */
      since: z.strictObject({ version: z.number(), at: z.iso.datetime() }),
    }),
  ),
  /** The whole persona as paper mode wrote it; `null` in default mode. */
  paperText: z.string().nullable(),
});

/** Means over items, 0 to 1, where 1 is right; `null` where nothing was asked. */
const meansShape = z
  .strictObject({
    parent: z.number().nullable(),
    candidate: z.number().nullable(),
    items: z.number(),
  })
  .nullable();

export const logEntryShape = personaCheckpointSchema.extend({
  /** `null` for one that was never in use, which only its id names. */
  version: personaCheckpointSchema.shape.version.nullable(),
  head: z.boolean(),
  /**
   * `head` is in use and `past` was; `superseded` was accepted, but another change came first. Not taken: `rejected`,
   * `kept` (the model had nothing to change), `refused` (no line passed the checks), `no update` (none was proposed) and
   * `not started` (answers or budget were too few; its cost is the profile's).
   */
  standing: z.enum([
    "head",
    "past",
    "superseded",
    "rejected",
    "kept",
    "refused",
    "no update",
    "not started",
  ]),
  /** `null` for a version that was taken on sufficient evidence, or by a person. */
  trial: trialRecordSchema.shape.outcome.nullable(),
  /** How the version and its parent answered the same items; `null` for what no alignment made. */
  means: z.strictObject({ batch: meansShape, holdout: meansShape }).nullable(),
  /** Whether it was rejected on thin evidence, and is tried again with that evidence once there are new true answers. */
  promising: z.boolean(),
});

const beforeAndAfter = z.strictObject({
  before: z.string().nullable(),
  after: z.string().nullable(),
});

const diffShape = z.strictObject({
  added: z.array(personaLineSchema),
  changed: z.array(z.strictObject({ before: personaLineSchema, after: personaLineSchema })),
  removed: z.array(personaLineSchema),
});

export const comparisonShape = diffShape.extend({
  /** `null` for a checkpoint that was never in use. */
  from: z.number().nullable(),
  to: z.number().nullable(),
  /** Only where one of the two has a text of paper mode. */
  paperText: beforeAndAfter.optional(),
});

/** What a person decides on: a new persona, the batch under the old and the new one. */
export const reviewShape = z.strictObject({
  kind: z.literal("persona-review"),
  user: z.string(),
  version: z.number(),
  reason: z.string(),
  items: z.array(
    z.strictObject({
      episodeId: z.string(),
      question: z.string(),
      oldAnswer: z.string().nullable(),
      newAnswer: z.string().nullable(),
      trueAnswer: z.string(),
      oldScore: z.number().nullable(),
      newScore: z.number().nullable(),
    }),
  ),
  lines: z.array(personaLineSchema),
  diff: diffShape,
  problem: z.string().nullable(),
  paperText: z.strictObject({ before: z.string().nullable(), after: z.string() }).nullable(),
});

export const alignmentShape = z.strictObject({
  user: z.string(),
  mode: z.enum(["default", "paper"]),
  /** Names the run, as in `alignment` of the log. */
  runId: z.string(),
  iterations: z.array(iterationSchema),
  head: z.strictObject({
    version: z.number(),
    lines: z.array(personaLineSchema),
    paperText: z.string().nullable(),
  }),
  usage: usageSchema,
  /** Since the start of the run, waiting included. */
  seconds: z.number(),
  /** What waits for a decision; `null` when the run is over. */
  review: reviewShape.nullable(),
  degraded: z.array(z.string()),
});

const recordedErrorShape = z.strictObject({ code: z.string(), message: z.string() });

export const statusShape = z.strictObject({
  user: z.string(),
  /**
   * `running`: a process works on it. `cut-off`: the process has ended, or an interaction was deleted; the next run
   * continues it, or begins anew. `review`: a new persona waits for a person. `failed`: `error` says why, with the code
   * `stopped` if it was stopped; the next `align` under the same settings continues it.
   */
  status: z.enum(["idle", "running", "review", "failed", "cut-off"]),
  /** Since when; `null` before the first alignment. */
  at: z.iso.datetime().nullable(),
  /** True answers among the latest 256 interactions that no alignment has seen. */
  newAnswers: z.number(),
  /** Whether an alignment is due: enough new answers, or an interrupted run. Never while one runs or waits. */
  due: z.boolean(),
  headVersion: z.number(),
  /** Whether that version is on trial: the next alignment tries it on later answers. */
  onTrial: z.boolean(),
  /** Whether a change of it that was rejected on thin evidence is tried again once there are new true answers. */
  promising: z.boolean(),
  error: recordedErrorShape.nullable(),
  /**
   * The outcome of the latest run with a checkpoint: its last accepted version, or its last checkpoint if it accepted
   * none.
   */
  lastOutcome: z
    .strictObject({
      /** Of the checkpoint, as the log has it. */
      id: z.string(),
      /** `null` where nothing was accepted. */
      version: z.number().nullable(),
      at: z.iso.datetime(),
      accepted: z.boolean(),
      /** Whether an earlier version was restored after it. */
      rolledBack: z.boolean(),
      reason: z.string(),
    })
    .nullable(),
  /** Where workers do the alignments: jobs of the user that failed at every try, latest first. */
  deadJobs: z.array(
    z.strictObject({
      kind: z.enum(["alignment", "reflection"]),
      at: z.iso.datetime(),
      error: z.string(),
    }),
  ),
  /** The cost of this UTC day's checkpoints. */
  today: usageSchema,
  /** The latest reflection: since when, and why it failed; `null` before the first. */
  reflection: z
    .strictObject({ at: z.iso.datetime(), error: recordedErrorShape.nullable() })
    .nullable(),
});

const partShape = z.strictObject({
  ok: z.boolean(),
  /** Why not, in one line. */
  error: z.string().nullable(),
});

export const healthShape = z.strictObject({
  /** Whether store and index both answer. */
  ok: z.boolean(),
  store: partShape,
  /** `chroma` or `in-process`. While it is away, turns recall by words. */
  index: partShape.extend({ kind: z.string() }),
  /** Numbers of jobs; `null` where no workers do them. */
  jobs: z.strictObject({ waiting: z.number(), running: z.number(), dead: z.number() }).nullable(),
  /** Entries that are stored and not yet in the index; `null` where the store cannot count them quickly. */
  unindexed: z.number().nullable(),
});

const spentTokens = {
  calls: z.number(),
  /** Tokens that models were sent, and that they wrote. */
  in: z.number(),
  out: z.number(),
  /** In the unit of the prices; `null` where a model has none. */
  cost: z.number().nullable(),
};
const spentShape = z.strictObject(spentTokens);

export const usageShape = z.strictObject({
  user: z.string(),
  total: spentShape,
  /** By kind: turns, alignments, reflections, and profiles that were drawn apart from both. */
  kinds: z.strictObject({
    turn: spentShape,
    alignment: spentShape,
    reflection: spentShape,
    profile: spentShape,
  }),
  /** By UTC day or month, the first one first; those without a call are left out. */
  times: z.array(z.strictObject({ time: z.string(), ...spentTokens })),
});

export const activityShape = z.strictObject({
  /** By id, so many of those after `after`. */
  users: z.array(
    z.strictObject({
      user: z.string(),
      /** The time of the latest interaction, ISO 8601; `null` where none has one. */
      lastActive: z.string().nullable(),
      usage: spentShape,
    }),
  ),
  /** Of these users. */
  total: spentShape,
  /** What to give as `after` for the next ones; `null` where there are none. */
  next: z.string().nullable(),
});

const dueShape = z.strictObject({ newAnswers: z.number(), due: z.boolean() });
const rollbackShape = z.strictObject({ version: z.number(), reason: z.string() });

export const feedbackShape = z.strictObject({
  /** The interaction's id. */
  episode: z.string(),
  outcome: z.enum(["recorded", "replaced", "unchanged"]),
  /** The true answer now. */
  answer: z.string().nullable(),
  answerKind,
  previous: feedbackState.shape.previous.unwrap(),
  alignment: dueShape,
  /** The rollback of a persona that the feedback showed to do worse. */
  rollback: rollbackShape.nullable(),
  degraded: z.array(z.string()),
});

export const reflectionShape = z.strictObject({
  /** `reflected`: turns were read. Else no call was made: nothing is new, the day's budget is spent, or it is off. */
  outcome: z.enum(["reflected", "nothing-new", "budget", "off"]),
  profile: profileSchema.nullable(),
  reactions: z.array(inferredFeedbackSchema),
  usage: usageSchema,
  alignment: dueShape,
  rollback: rollbackShape.nullable(),
  degraded: z.array(z.string()),
});

/** What an answer was made from. */
const reasonsShape = z.strictObject({
  /** The interactions that the model was given, whole: best first, then those that tools found, in order. */
  recalled: z.array(
    z.strictObject({
      id: z.string(),
      at: episode.at,
      query: episode.query,
      response: episode.response,
      /** The true answer, if it is known. */
      answer: episode.groundTruth,
      score: z.number(),
      /** `similar` to the question in meaning or words, among the `latest`, or found by a `tool`. */
      by: z.enum(["similar", "latest", "tool"]),
      /** The question's words that it has, in any form that search knows; none where only the meaning is near. */
      words: z.array(z.string()),
    }),
  ),
  /** The profile as the prompt showed it; empty for none. */
  profile: z.string(),
  /** The learned lines in the prompt. */
  lines: z.array(z.strictObject({ text: z.string(), tool: z.string().nullable() })),
});

export const turnShape = z.strictObject({
  user: z.string(),
  answer: z.string(),
  personaVersion: z.number(),
  episodeId: z.string().nullable(),
  /** The interactions that memory put into the prompt, best first, then those that tools found, in order. */
  recalled: z.array(z.strictObject({ id: z.string(), score: z.number() })),
  tools: z.array(z.strictObject({ name: z.string(), ok: z.boolean() })),
  /** True answers that no alignment has seen yet, and whether one is due. */
  alignment: dueShape,
  /** Turns that no reflection has read yet, and whether one is due. */
  reflection: agentState.shape.reflection.unwrap(),
  /** Failures that the turn worked around. */
  degraded: z.array(z.string()),
  usage: usageSchema,
  seconds: z.number(),
  /** Calls of `callerTools` that the turn waits for: it goes on with a conversation that ends with their results. */
  callerCalls: z
    .array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        args: z.record(z.string(), z.unknown()),
      }),
    )
    .optional(),
  /** Only where it was asked for. */
  why: reasonsShape.optional(),
});

export const importShape = z.strictObject({
  users: z.number(),
  userIds: z.array(z.string()),
  episodes: z.number(),
  /** Of these, how many have no date: they stand before all others, in the order of the data. */
  undated: z.number(),
  skipped: z.array(z.strictObject({ line: z.number(), reason: z.string() })),
  /** How the true answers will be scored. */
  answers: answerKindsSchema,
  /** Keys of the data that nothing reads, at most 20: one may be misspelt. */
  unread: z.array(z.string()),
  usage: usageSchema,
  seconds: z.number(),
});

/** How far an import is. */
export const importProgressShape = z.strictObject({
  kind: z.literal("imported"),
  part: z.enum(["episodes", "profiles"]),
  done: z.number(),
  total: z.number(),
});

export const localeShape = z.strictObject({
  user: z.string(),
  timeZone: z.string().nullable(),
  language: z.string().nullable(),
});
