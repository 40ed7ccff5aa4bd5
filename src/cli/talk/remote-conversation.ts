import { createHash } from "node:crypto";
import { Client } from "@langchain/langgraph-sdk";
import { z } from "zod";
import { explainTurn } from "../../app/explain-turn.js";
import { secondsFrom } from "../../app/seconds-from.js";
import { remoteVerbs } from "../remote/remote-verbs.js";
import { describeServerFailure } from "../remote/server-failure.js";
import { PersonaAgentError, type PersonaAgentErrorCode } from "../../system/errors.js";
import { foreignThreadMessage } from "../../nodes/agent/admit-turn.js";
import { readRemoteEvent, readRemoteTurn } from "./remote-turn.js";
import type { Conversation, ConversationOptions } from "./turn.js";

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const failureSchema = z.object({ message: z.string() });
const refusalSchema = z.object({ refusal: z.object({ code: z.string(), message: z.string() }) });

/**
 * A thread with the agent of a running LangGraph server (`npm run dev`, or a deployed one). `say` throws
 * `config-invalid` when no server answers at `url`, the code of a refused turn, and `model-unavailable` for every
 * other failure there.
 */
export function openRemoteConversation(
  url: string,
  { userId, settings, threadId, why, signal }: ConversationOptions,
  headers: Readonly<Record<string, string>> = {},
): Conversation {
  const client = new Client({
    apiUrl: url,
    callerOptions: { maxRetries: 0 },
    defaultHeaders: headers,
    // Else the client adds LangSmith's key, if the environment has one.
    ...("authorization" in headers && { apiKey: null }),
  });
  const thread = serverThreadId(threadId);
  const call = remoteVerbs(url, signal, headers);
  const read = async (id: string) => {
    try {
      return await call("show", { user: userId, id });
    } catch (error) {
      if (PersonaAgentError.is(error) && error.code === "config-episode-unknown") return null;
      throw error;
    }
  };
  return {
    async say(text, onEvent) {
      const start = performance.now();
      try {
        await client.threads.create({ threadId: thread, ifExists: "do_nothing", signal });
        const parts: AsyncIterable<{ readonly event: string; readonly data: unknown }> =
          client.runs.stream(thread, "agent", {
            input: { messages: [{ role: "user", content: text }] },
            context: { ...settings, userId },
            streamMode: ["values", "custom", "messages-tuple"],
            signal,
          });
        let state: unknown;
        for await (const { event: name, data } of parts) {
          if (name === "error") throw serverFailure(data, state);
          if (name === "values") state = data;
          const event = readRemoteEvent(name, data);
          if (event !== null) onEvent?.(event);
        }
        const { turn, state: last } = readRemoteTurn(state);
        const found = { user: userId, ...turn, seconds: secondsFrom(start) };
        return why ? { ...found, why: await explainTurn(text, last, read) } : found;
      } catch (error) {
        throw describeServerFailure(url, error);
      }
    },
  };
}

/** Servers take UUIDs only; another name is hashed to one. */
export function serverThreadId(threadId: string): string {
  if (uuid.test(threadId)) return threadId.toLowerCase();
  const hex = createHash("sha256").update(`persona-agent/thread/${threadId}`).digest("hex");
  // Version 8: a UUID whose bits are the application's own.
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-8$3-8$4-$5");
}

/** The last state holds the code of a refused turn. Every other failure counts as the model's. */
function serverFailure(data: unknown, state: unknown): PersonaAgentError {
  const refusal = refusalSchema.safeParse(state).data?.refusal;
  if (refusal !== undefined)
    return new PersonaAgentError(refusal.code as PersonaAgentErrorCode, refusal.message);
  const message = failureSchema.safeParse(data).data?.message ?? "it gave no reason.";
  // Another user's run is refused before there is a state to read a code from.
  if (message === foreignThreadMessage)
    return new PersonaAgentError("config-thread-owner", message);
  return new PersonaAgentError("model-unavailable", `The turn failed on the server: ${message}`);
}
