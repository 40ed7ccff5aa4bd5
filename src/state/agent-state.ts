import type { BaseMessage } from "@langchain/core/messages";
import { MessagesZodMeta } from "@langchain/langgraph";
import { withLangGraph } from "@langchain/langgraph/zod";
import { z } from "zod";
import { episodeSchema, feedbackSchema } from "../domain/episode.js";
import { defaultLocale, localeSchema } from "../domain/locale.js";
import { personaLineSchema } from "../domain/persona/persona-checkpoint.js";
import { noUsage, usageSchema } from "../domain/usage.js";

/** Not `z.custom`, which has no JSON schema: without one, the server gives Studio no schema of the state at all. */
const messages: z.ZodType<BaseMessage[], BaseMessage[]> = z
  .array(z.any())
  .describe("The thread's messages.");
const messagesField = withLangGraph(messages, MessagesZodMeta);

/** A recalled interaction as the prompt shows it. `score` is 0 if it was recalled only because it is recent. */
export const recalledSchema = episodeSchema
  .pick({ id: true, at: true, query: true, response: true, groundTruth: true })
  .extend({
    options: episodeSchema.shape.options.default(null),
    scale: episodeSchema.shape.scale.default(null),
    /** Without its author: a state is stored and traced. */
    source: episodeSchema.shape.source.default("turn"),
    feedback: feedbackSchema.pick({ kind: true, reason: true }).nullable().default(null),
    score: z.number().nonnegative(),
  });
export type Recalled = z.output<typeof recalledSchema>;

/** The state of the agent graph. All fields except `messages` and `owner` describe the latest turn. */
export const agentState = z.object({
  messages: messagesField,
  owner: z
    .string()
    .optional()
    .describe("Key of the user whose thread this is, from its first turn on."),
  turn: z
    .object({
      at: z.iso.datetime().describe("When the turn began."),
      messageId: z.string().describe("The human message that it answers."),
      episodeId: z.string().describe("The id that its episode has, or will have."),
    })
    .optional(),
  refusal: z
    .object({ code: z.string(), message: z.string() })
    .nullable()
    .default(null)
    .describe("Why the turn was refused; null if it was not."),
  locale: localeSchema
    .default(defaultLocale)
    .describe("Time zone and language in which the user is answered."),
  personaVersion: z.number().int().default(0).describe("The persona version that answered."),
  userSummary: z.string().default("").describe("The user's profile, as the prompt shows it."),
  userSummaryAt: z.iso.datetime().nullable().default(null).describe("When the profile was drawn."),
  personaLines: z.array(personaLineSchema).default([]).describe("What the persona has learned."),
  paperSystemPrompt: z
    .string()
    .nullable()
    .default(null)
    .describe("The whole persona as paper mode wrote it; null if it wrote none."),
  recalled: z
    .array(recalledSchema)
    .default([])
    .describe("Past interactions in the prompt, best first."),
  recalledByTools: z
    .array(recalledSchema.pick({ id: true, score: true }))
    .default([])
    .describe("Past interactions that a tool gave the model, in order."),
  toolRound: z.number().int().default(0).describe("Rounds of tool calls so far."),
  tools: z
    .array(z.object({ name: z.string(), ok: z.boolean() }))
    .default([])
    .describe("Tools that were called, in order."),
  episodeId: z.string().nullable().default(null).describe("The episode that was written."),
  alignment: z
    .object({ newAnswers: z.number().int(), due: z.boolean() })
    .default({ newAnswers: 0, due: false })
    .describe("True answers that no alignment has seen yet, and whether one is due."),
  reflection: z
    .object({ newTurns: z.number().int(), due: z.boolean() })
    .default({ newTurns: 0, due: false })
    .describe("Turns that no reflection has read yet, and whether one is due."),
  degraded: z.array(z.string()).default([]).describe("Failures that the turn worked around."),
  usage: usageSchema.default(noUsage).describe("Model calls and tokens of the turn."),
});
export type AgentState = z.output<typeof agentState>;
export type AgentUpdate = Partial<AgentState>;

/** A caller's input: only the new message. */
export const agentInput = z.object({ messages: messagesField });

/** All names, each once, in order of appearance. */
export function withDegraded(already: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...already, ...more])];
}
