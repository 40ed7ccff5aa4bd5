import { z } from "zod";

/** What the agent streams while it works, in stream mode `custom`, in this order within a turn. */
export const agentEventSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("persona-loaded"),
    version: z.number(),
    episodeId: z.string().describe("The id that the turn's interaction will have."),
  }),
  z.strictObject({
    kind: z.literal("memory-recalled"),
    count: z.number(),
    degraded: z.array(z.string()).readonly(),
  }),
  z.strictObject({ kind: z.literal("tool-started"), name: z.string() }),
  z.strictObject({ kind: z.literal("tool-ended"), name: z.string(), ok: z.boolean() }),
  z.strictObject({ kind: z.literal("episode-written"), id: z.string() }),
]);
export type AgentEvent = Readonly<z.output<typeof agentEventSchema>>;

/** What a caller hears of a turn: its events, and the answer as it grows. */
export const turnProgressSchema = z.discriminatedUnion("kind", [
  ...agentEventSchema.options,
  z.strictObject({ kind: z.literal("text"), text: z.string().describe("A piece of the answer.") }),
]);
export type TurnProgress = Readonly<z.output<typeof turnProgressSchema>>;
