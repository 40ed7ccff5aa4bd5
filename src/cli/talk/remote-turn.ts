import { z } from "zod";
import { usageSchema } from "../../domain/usage.js";
import { PersonaAgentError } from "../../system/errors.js";
import { turnOf } from "../../app/ask.js";
import { agentState } from "../../state/agent-state.js";
import type { TurnEvent } from "./turn.js";

const messageSchema = z.object({
  type: z.string(),
  content: z.union([
    z.string(),
    z.array(z.object({ type: z.string(), text: z.string().optional() })),
  ]),
});

/** The part of the agent's state on a server that a turn's result is made of. */
const stateSchema = agentState
  .pick({
    personaVersion: true,
    recalled: true,
    recalledByTools: true,
    tools: true,
    episodeId: true,
    alignment: true,
    reflection: true,
    degraded: true,
    userSummary: true,
    personaLines: true,
  })
  // Without a default: the states of other graphs have none.
  .extend({ messages: z.array(messageSchema), usage: usageSchema });

/**
 * @returns The turn's result, and the state that `explainTurn` takes.
 * @throws {PersonaAgentError} `config-invalid` when the state is not one of this agent.
 */
export function readRemoteTurn(state: unknown) {
  const parsed = stateSchema.safeParse(state);
  if (!parsed.success)
    throw new PersonaAgentError(
      "config-invalid",
      `The server does not run this agent (unexpected ${parsed.error.issues[0]?.path.join(".") ?? "state"} in its state); expected the agent in this version. Check the address, and the version on both sides.`,
    );
  const { messages, ...rest } = parsed.data;
  const answer = assistantText(messages.findLast((message) => message.type === "ai"));
  return { turn: turnOf(rest, answer), state: rest };
}

const toolStartedSchema = z.object({ kind: z.literal("tool-started"), name: z.string() });
const metadataSchema = z.object({ langgraph_node: z.string() });

/** One part of a server's stream as an event of the turn; `null` for parts that are not shown. */
export function readRemoteEvent(mode: string, data: unknown): TurnEvent | null {
  if (mode === "custom") return toolStartedSchema.safeParse(data).data ?? null;
  if (mode !== "messages" || !Array.isArray(data)) return null;
  // The stream carries every model call; only the text of `reason` is for the user.
  if (metadataSchema.safeParse(data[1]).data?.langgraph_node !== "reason") return null;
  const text = assistantText(data[0]);
  return text === "" ? null : { kind: "text", text };
}

/** `""` for anything that is not an assistant's message, or a piece of one. */
function assistantText(value: unknown): string {
  const message = messageSchema.safeParse(value);
  if (!message.success || !/^(?:ai|AIMessageChunk)$/.test(message.data.type)) return "";
  const { content } = message.data;
  if (typeof content === "string") return content;
  return content.map((block) => (block.type === "text" ? (block.text ?? "") : "")).join("");
}
