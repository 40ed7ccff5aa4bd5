import { z } from "zod";
import { alignConfigSchema } from "../config/alignment-settings.js";
import { runConfigSchema } from "../config/turn-settings.js";
import { feedbackKindSchema } from "../domain/episode.js";
import { reviewAnswerSchema } from "../domain/persona/review-request.js";
import { userArchiveSchema } from "../domain/user-archive.js";
import { answerScaleSchema } from "../domain/stated-answers.js";
import { turnProgressSchema } from "../state/agent-event.js";
import { alignmentEventSchema } from "../state/alignment-event.js";
import { defineVerb } from "./define-verb.js";
import {
  activityShape,
  alignmentShape,
  comparisonShape,
  episodeShape,
  feedbackShape,
  healthShape,
  importProgressShape,
  importShape,
  localeShape,
  logEntryShape,
  personaShape,
  profileShape,
  reflectionShape,
  reviewShape,
  statusShape,
  turnShape,
  usageShape,
  wholeEpisodeShape,
} from "./shapes.js";

const user = z.string().describe("Whose: the id of the user, as you know them.");
const ofUser = z.strictObject({ user });
const id = z.string().describe("The interaction's id, as `list` gives it.");
const version = z
  .union([z.number().int().nonnegative(), z.string()])
  .describe("A version that is or was in use, by its number; or the id of any checkpoint.");
const turnSettings = runConfigSchema
  .omit({ userId: true, callerTools: true })
  .optional()
  .describe("Settings of the turn.");
const day = z.iso
  .date()
  .optional()
  .describe("The first or the last UTC day that counts, as 2026-05-31; all unless given.");
const per = z.enum(["day", "month"]).describe("Whether times are days or months; days.");
const author = z.string().optional().describe("Who says so; the user unless given.");
const answer = z.union([z.string(), z.number()]);
const query = z.string().describe("What the user asked or said.");
const ownId = z
  .string()
  .optional()
  .describe("An id of your own, 1 to 200 characters: the same id again is the same interaction.");
const at = z.string().optional().describe("When it happened, ISO 8601; now unless given.");

/**
 * Everything that can be done with the agent, described once. The library has a method for each, the command line a
 * command, the server a route; all give the same JSON.
 */
export const verbs = {
  ask: defineVerb({
    meaning: "Answers one message of one user, and remembers both.",
    route: "POST /users/{user}/ask",
    input: ofUser.extend({
      message: z.string().describe("What the user says."),
      conversation: z
        .strictObject({
          id: z
            .string()
            .regex(/^[\w.:@-]{1,200}$/, "expected 1 to 200 letters, digits and . _ : @ -")
            .optional()
            .describe("Its name, under which its interactions are remembered together."),
          earlier: z
            .array(z.strictObject({ role: z.enum(["user", "assistant"]), content: z.string() }))
            .optional()
            .describe("What was said in it before, oldest first; remembered when it was said."),
        })
        .optional()
        .describe("The conversation that the message goes on with; you keep it."),
      settings: turnSettings,
      why: z
        .boolean()
        .optional()
        .describe("Whether the result says what the answer was made from; no."),
    }),
    output: turnShape,
    progress: turnProgressSchema,
  }),
  remember: defineVerb({
    meaning: "Stores one interaction that happened elsewhere. No model call.",
    route: "POST /users/{user}/episodes",
    input: ofUser.extend({
      query,
      response: z.string().optional().describe("What an agent answered."),
      answer: answer.optional().describe("The true answer: what the user really answered."),
      options: z
        .union([z.array(z.union([z.string(), z.number()])), z.string()])
        .optional()
        .describe('The answers that the query allows, as a list or as "a|b|c".'),
      scale: z
        .union([answerScaleSchema, z.string(), z.array(z.number())])
        .optional()
        .describe(
          'The numbers that the answer is one of, by their ends, as "1-5", or all of them.',
        ),
      at,
      id: ownId,
      foreign: z
        .boolean()
        .optional()
        .describe("Whether others wrote it: it can be recalled, and is never evidence; no."),
    }),
    output: wholeEpisodeShape,
  }),
  import: defineVerb({
    meaning: "Brings histories of any users, or the archive of one user, into memory.",
    route: "POST /import",
    input: z.strictObject({
      items: z
        .array(z.record(z.string(), z.unknown()))
        .optional()
        .describe(
          "Interactions, each as a line of a JSONL file: {user, query, answer, at, foreign, ...}.",
        ),
      archive: userArchiveSchema.optional().describe("What `export` gave, instead of items."),
      profiles: z
        .boolean()
        .optional()
        .describe("Whether each user's profile is drawn: at most one model call a user; yes."),
      profileTokens: z.number().int().positive().optional(),
      users: z.array(z.string()).optional().describe("Only these users."),
      limitUsers: z.number().int().positive().optional().describe("Only the first so many users."),
    }),
    output: importShape,
    progress: importProgressShape,
  }),
  list: defineVerb({
    meaning: "Lists a user's interactions, newest first.",
    route: "GET /users/{user}/episodes",
    input: ofUser.extend({
      limit: z.number().int().positive().optional().describe("At most so many; all unless given."),
      before: z.string().optional().describe("Only those before this one, by its id."),
    }),
    output: z.array(episodeShape),
  }),
  show: defineVerb({
    meaning: "Shows one interaction with all that is known of it.",
    route: "GET /users/{user}/episodes/{id}",
    input: ofUser.extend({ id }),
    output: wholeEpisodeShape,
  }),
  search: defineVerb({
    meaning: "Finds the interactions that are most like a text, best first. No model call.",
    route: "POST /users/{user}/search",
    input: ofUser.extend({
      text: z.string().describe("The text to search for."),
      limit: z.number().int().positive().optional().describe("At most so many; 10 unless given."),
    }),
    output: z.array(episodeShape.extend({ score: z.number() })),
  }),
  correct: defineVerb({
    meaning: "Says what the user really answered in one interaction.",
    route: "PATCH /users/{user}/episodes/{id}",
    input: ofUser.extend({
      id,
      answer: answer.describe("The true answer, in place of any earlier one."),
      author,
    }),
    output: feedbackShape,
  }),
  forget: defineVerb({
    meaning: "Deletes one interaction, and what was learned from it.",
    route: "DELETE /users/{user}/episodes/{id}",
    input: ofUser.extend({ id }),
    output: z.strictObject({
      deleted: z.string(),
      statements: z.number().describe("Statements of profiles that went with it."),
      lines: z.number().describe("Lines of personas that went with it."),
      responses: z.array(z.string()).describe("Interactions whose responses repeated it."),
      sameIn: z.array(z.string()).describe("Interactions that may say the same, and stay."),
    }),
  }),
  feedback: defineVerb({
    meaning: "Takes a true answer, a correction, an accept or a reject of one response.",
    route: "POST /users/{user}/episodes/{id}/feedback",
    input: ofUser.extend({
      id,
      kind: feedbackKindSchema,
      text: z.string().optional().describe("Of `answer` and `edit`."),
      reason: z.string().optional().describe("Why it was wrong; with `edit` and `reject`."),
      author,
    }),
    output: feedbackShape,
  }),
  profile: defineVerb({
    meaning: "Shows what holds of a user, what held before, and the sources of both.",
    route: "GET /users/{user}/profile",
    input: ofUser,
    output: profileShape.nullable(),
  }),
  restate: defineVerb({
    meaning: "Says what holds of a user in place of one statement of their profile.",
    route: "PATCH /users/{user}/profile",
    input: ofUser.extend({
      statement: z.string().describe("The statement, as `profile` gives it."),
      text: z
        .string()
        .describe("What holds instead, in the user's own words; at most 400 characters."),
    }),
    output: profileShape,
  }),
  persona: defineVerb({
    meaning:
      "Shows instructions, profile and learned lines, each with its evidence in the user's words.",
    route: "GET /users/{user}/persona",
    input: ofUser,
    output: personaShape,
  }),
  log: defineVerb({
    meaning: "Lists all versions of a user's persona, oldest first, with scores and costs.",
    route: "GET /users/{user}/persona/log",
    input: ofUser.extend({
      limit: z
        .number()
        .int()
        .positive()
        .optional()
        .describe("The latest so many; all unless given."),
      before: z.string().optional().describe("Only those before this one, by its id."),
    }),
    output: z.array(logEntryShape),
  }),
  diff: defineVerb({
    meaning: "Compares two versions of a user's persona.",
    route: "GET /users/{user}/persona/diff",
    input: ofUser.extend({
      from: version.optional().describe("As `to`; its parent unless given."),
      to: version.optional().describe("A version or a checkpoint's id; the head unless given."),
    }),
    output: comparisonShape,
  }),
  rollback: defineVerb({
    meaning: "Restores an earlier version of a user's persona; nothing is lost.",
    route: "POST /users/{user}/persona/rollback",
    input: ofUser.extend({ to: version }),
    output: z.strictObject({
      user: z.string(),
      version: z.number().describe("The number that the restored content has now."),
      restored: z.number(),
      lines: alignmentShape.shape.head.shape.lines,
      changed: z.boolean().describe("False where the head says the same already."),
    }),
  }),
  align: defineVerb({
    meaning: "Learns a user's persona from their latest true answers; keeps it if it does better.",
    route: "POST /users/{user}/align",
    input: ofUser.extend({
      settings: alignConfigSchema
        .omit({ userId: true })
        .optional()
        .describe("Settings of the alignment; the same ones resume a run that was stopped."),
      discardReview: z
        .boolean()
        .optional()
        .describe("Whether a new persona that waits for a person is dropped; no."),
    }),
    output: alignmentShape,
    progress: alignmentEventSchema,
  }),
  review: defineVerb({
    meaning: "Shows the new persona that waits for a person.",
    route: "GET /users/{user}/review",
    input: ofUser,
    output: reviewShape,
  }),
  decide: defineVerb({
    meaning: "Decides on the new persona that waits, and continues the alignment to its end.",
    route: "POST /users/{user}/review",
    input: ofUser.extend(reviewAnswerSchema.shape),
    output: alignmentShape,
    progress: alignmentEventSchema,
  }),
  reflect: defineVerb({
    meaning: "Learns from the latest turns now: the profile, and how the user reacted.",
    route: "POST /users/{user}/reflect",
    input: ofUser.extend({ settings: turnSettings }),
    output: reflectionShape,
  }),
  status: defineVerb({
    meaning: "Shows a user's alignment: new true answers, whether it is due, the last result.",
    route: "GET /users/{user}/status",
    input: ofUser,
    output: statusShape,
  }),
  statuses: defineVerb({
    meaning: "Shows the same of all users.",
    route: "GET /status",
    input: z.strictObject({}),
    output: z.array(statusShape),
  }),
  health: defineVerb({
    meaning:
      "Says whether store and index answer within five seconds, and how many jobs there are.",
    route: "GET /health",
    input: z.strictObject({}),
    output: healthShape,
    isDown: ({ ok }) => !ok,
  }),
  usage: defineVerb({
    meaning: "Shows what a user's model calls cost: calls and tokens by kind and time.",
    route: "GET /users/{user}/usage",
    input: ofUser.extend({ from: day, to: day, per: per.optional() }),
    output: usageShape,
  }),
  usages: defineVerb({
    meaning: "Lists all users with their last activity and what their model calls cost, in pages.",
    route: "GET /usage",
    input: z.strictObject({
      from: day,
      to: day,
      limit: z.number().int().min(1).max(500).optional().describe("Users; 100 unless given."),
      after: z.string().optional().describe("Only users after this one, by id."),
    }),
    output: activityShape,
  }),
  locale: defineVerb({
    meaning: "Shows the time zone and the language in which a user is answered.",
    route: "GET /users/{user}/locale",
    input: ofUser,
    output: localeShape,
  }),
  setLocale: defineVerb({
    meaning: "Sets a user's time zone or language; `null` removes it.",
    route: "PUT /users/{user}/locale",
    input: ofUser.extend({
      timeZone: z.string().nullable().optional().describe("IANA name, such as Europe/Paris."),
      language: z.string().nullable().optional().describe("Language tag, such as fr or pt-BR."),
    }),
    output: localeShape,
  }),
  users: defineVerb({
    meaning: "Lists all users who have an interaction, sorted.",
    route: "GET /users",
    input: z.strictObject({}),
    output: z.array(z.string()),
  }),
  export: defineVerb({
    meaning: "Gives everything that is remembered of a user as one document, which `import` takes.",
    route: "GET /users/{user}/export",
    input: ofUser,
    output: userArchiveSchema,
  }),
  erase: defineVerb({
    meaning: "Deletes everything of a user, threads included, and then looks for what is left.",
    route: "DELETE /users/{user}",
    input: ofUser,
    output: z.strictObject({
      user: z.string(),
      erased: z.record(z.string(), z.number()).describe("What was deleted, and how many of each."),
      left: z.record(z.string(), z.number()).describe("What a scan still found; empty if nothing."),
    }),
  }),
} as const;

export type VerbName = keyof typeof verbs;
/** What a verb takes. Plain JSON. */
export type VerbInput<Name extends VerbName> = z.input<(typeof verbs)[Name]["input"]>;
/** What a verb gives. Plain JSON. */
export type VerbOutput<Name extends VerbName> = z.output<(typeof verbs)[Name]["output"]>;
