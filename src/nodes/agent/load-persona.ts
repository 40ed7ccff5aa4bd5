import { HumanMessage, RemoveMessage } from "@langchain/core/messages";
import { Command, type LangGraphRunnableConfig } from "@langchain/langgraph";
import { turnEpisodeId, turnIdentity } from "../../domain/episode.js";
import { initialPersona } from "../../domain/persona/persona-checkpoint.js";
import { profileSummary } from "../../domain/profile.js";
import { noUsage } from "../../domain/usage.js";
import { PersonaAgentError } from "../../errors.js";
import type { Memory } from "../../memory/memory.js";
import type { AgentEvent } from "../../state/agent-event.js";
import type { AgentState, AgentUpdate } from "../../state/agent-state.js";
import { readingMemory } from "../memory-failure.js";
import { type AdmittedTurn, admitTurn, askingUser, newMessages } from "./admit-turn.js";

export interface LoadPersonaDeps {
  readonly episodes: Pick<Memory["episodes"], "findTurn">;
  readonly profiles: Pick<Memory["profiles"], "current">;
  readonly personas: Pick<Memory["personas"], "head">;
  readonly now: () => Date;
}

/** Where the turn goes from here. */
export type LoadPersonaGoto = "retrieve-memory" | "refuse-turn";

/**
 * Begins the turn: admits it, takes its time, clears what the thread's last turn left, and reads the user's
 * persona. A turn that is not admitted goes to `refuse-turn`, with its messages taken out of the thread. While the
 * store is away the first persona answers, and `degraded` says so.
 */
export function createLoadPersona({ episodes, profiles, personas, now }: LoadPersonaDeps) {
  return async function loadPersona(
    state: AgentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<Command<unknown, AgentUpdate, LoadPersonaGoto>> {
    let admitted: AdmittedTurn;
    try {
      admitted = admitTurn(state, {
        userId: askingUser(state, runtime, runtime.serverInfo !== undefined),
      });
    } catch (error) {
      if (!PersonaAgentError.is(error)) throw error;
      const { code, message } = error;
      return new Command({
        goto: "refuse-turn",
        update: {
          refusal: { code, message },
          messages: newMessages(state).flatMap(({ id }) => (id ? [new RemoveMessage({ id })] : [])),
        },
      });
    }
    const { userId, owner, question } = admitted;
    const threadId = threadIdOf(runtime);
    const identity = turnIdentity(owner, threadId, question);
    const known = await readingMemory(
      Promise.all([
        personas.head(userId),
        profiles.current(userId),
        // Without a thread nothing can be regenerated, and a message id may be a caller's constant.
        threadId === null ? null : episodes.findTurn(userId, identity),
      ]),
    );
    const [persona, profile, written] = "read" in known ? known.read : [initialPersona, null, null];
    const at = now().toISOString();
    runtime.writer?.({ kind: "persona-loaded", version: persona.version } satisfies AgentEvent);
    return new Command({
      goto: "retrieve-memory",
      update: {
        messages: staleAnswers(state, question.id),
        owner,
        turn: { at, messageId: question.id, episodeId: written ?? turnEpisodeId(at, identity) },
        refusal: null,
        personaVersion: persona.version,
        personaLines: persona.lines,
        paperSystemPrompt: persona.paperSystemPrompt,
        userSummary: profileSummary(profile),
        recalled: [],
        recalledByTools: [],
        toolRound: 0,
        tools: [],
        episodeId: null,
        alignment: { newAnswers: 0, due: false },
        degraded: "failed" in known ? [known.failed] : [],
        usage: noUsage,
      },
    });
  };
}

/** The thread of a run; `null` for one that is not kept. */
export function threadIdOf({ configurable }: LangGraphRunnableConfig): string | null {
  const threadId: unknown = configurable?.["thread_id"];
  return typeof threadId === "string" ? threadId : null;
}

/** Answers after the question, left from an earlier run of the same turn (a message sent again under its id). */
function staleAnswers({ messages }: AgentState, questionId: string): RemoveMessage[] {
  const question = messages.findIndex((message) => message.id === questionId);
  return messages
    .slice(question + 1)
    .flatMap((message) =>
      message.id && !HumanMessage.isInstance(message)
        ? [new RemoveMessage({ id: message.id })]
        : [],
    );
}
