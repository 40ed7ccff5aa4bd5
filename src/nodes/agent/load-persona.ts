import {
  AIMessage,
  type BaseMessage,
  HumanMessage,
  RemoveMessage,
  ToolMessage,
} from "@langchain/core/messages";
import { Command, type LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseRunConfig } from "../../config/parse-settings.js";
import type { RunConfig } from "../../config/turn-settings.js";
import { noLocale, resolveLocale } from "../../domain/locale.js";
import { turnEpisodeId, turnIdentity } from "../../domain/episode.js";
import { initialPersona } from "../../domain/persona/persona-checkpoint.js";
import { profileSummary } from "../../domain/profile.js";
import { noUsage } from "../../domain/usage.js";
import { PersonaAgentError } from "../../system/errors.js";
import type { Memory } from "../../memory/memory.js";
import type { AgentEvent } from "../../state/agent-event.js";
import type { AgentState, AgentUpdate } from "../../state/agent-state.js";
import { threadIdOf } from "../../state/thread-id.js";
import { readingMemory } from "../memory-failure.js";
import { type AdmittedTurn, admitTurn, askingUser, newMessages } from "./admit-turn.js";
import { forgottenMessages } from "./forgotten-messages.js";
import { outgrownMessages } from "./outgrown-messages.js";
import { readTurnStart, type TurnReads, type TurnReadsDeps } from "./turn-reads.js";

export type LoadPersonaDeps = TurnReadsDeps & {
  readonly episodes: Pick<Memory["episodes"], "findTurn">;
  /** Where a run begins to read before it gets here. */
  readonly turnReads?: Pick<TurnReads, "take">;
};

/**
 * Begins the turn: admits it, fixes its time, clears what the thread's last turn left, and reads the user's persona. A
 * turn that is not admitted goes to `refuse-turn`, and its messages leave the thread. If the store is unavailable, the
 * initial persona answers, and `degraded` says so.
 */
export function createLoadPersona(deps: LoadPersonaDeps) {
  const { episodes, turnReads } = deps;
  return async function loadPersona(
    state: AgentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<Command<unknown, AgentUpdate, "retrieve-memory" | "refuse-turn">> {
    let admitted: AdmittedTurn;
    try {
      admitted = admitTurn(state, {
        userId: askingUser(state, runtime, runtime.serverInfo !== undefined),
      });
    } catch (error) {
      if (!PersonaAgentError.is(error)) throw error;
      const { code, message } = error;
      const update = { refusal: { code, message }, messages: removed(newMessages(state)) };
      return new Command({ goto: "refuse-turn", update });
    }
    const { userId, owner, question } = admitted;
    const config = parseRunConfig(runtime);
    const threadId = threadIdOf(runtime);
    const identity = turnIdentity(owner, threadId, question);
    const start = turnReads?.take(userId) ?? readTurnStart(deps, userId);
    const at = timeOfTurn(start.at);
    const isSearched = config.mode !== "paper" && config.recallSimilar > 0;
    const memory = await readingMemory(
      Promise.all([
        start.persona,
        start.profile,
        // It also reads ahead what the search reads first, and asks for the question's embedding.
        episodes.findTurn(userId, identity, isSearched ? question.text : undefined),
        start.withdrawals,
        start.locale,
      ]),
    );
    const [persona, profile, found, withdrawals, locale] =
      "read" in memory ? memory.read : [initialPersona, null, null, [], noLocale];
    // Without a thread nothing can be regenerated, and a message id may be a caller's constant.
    const written = threadId === null ? null : found;
    const leaving = removed([
      ...outgrownMessages(state, config.threadTokens),
      ...forgottenMessages(state, { owner, threadId, question, withdrawals }),
      ...staleAnswers(state, question.id, config),
    ]);
    const episodeId = written ?? turnEpisodeId(at, identity);
    const event = { kind: "persona-loaded", version: persona.version, episodeId } as const;
    runtime.writer?.(event satisfies AgentEvent);
    return new Command({
      goto: "retrieve-memory",
      update: {
        // Not an empty list, after which the whole thread would be written again.
        ...(leaving.length > 0 && { messages: leaving }),
        owner,
        turn: { at, messageId: question.id, episodeId },
        refusal: null,
        locale: resolveLocale(config, locale),
        personaVersion: persona.version,
        personaLines: persona.lines,
        paperSystemPrompt: persona.paperSystemPrompt,
        userSummary: profileSummary(profile),
        userSummaryAt: profile?.at ?? null,
        recalled: [],
        recalledByTools: [],
        toolRound: 0,
        tools: [],
        episodeId: null,
        alignment: { newAnswers: 0, due: false },
        reflection: { newTurns: 0, due: false },
        degraded: "failed" in memory ? [memory.failed] : [],
        usage: noUsage,
      },
    });
  };
}

/** Midnight UTC to the millisecond stands for a day without a time, as imports have them. */
function timeOfTurn(present: Date): string {
  const at = present.toISOString();
  return at.endsWith("T00:00:00.000Z") ? at.replace("000Z", "001Z") : at;
}

/**
 * Answers after the question that an earlier run of the turn left (its message was sent again under its id). Not where
 * the caller goes on with the turn, with the results of its own tools.
 */
function staleAnswers(
  { messages, turn }: AgentState,
  questionId: string,
  { callerTools }: Pick<RunConfig, "callerTools">,
): BaseMessage[] {
  const calls = messages.findLast((message) => AIMessage.isInstance(message))?.tool_calls ?? [];
  const isCallers = calls.some((call) => callerTools.some(({ name }) => name === call.name));
  if (ToolMessage.isInstance(messages.at(-1)) && (turn === undefined || isCallers)) return [];
  const later = messages.slice(messages.findIndex(({ id }) => id === questionId) + 1);
  return later.filter((message) => !HumanMessage.isInstance(message));
}

function removed(messages: readonly BaseMessage[]): RemoveMessage[] {
  return messages.flatMap(({ id }) => (id ? [new RemoveMessage({ id })] : []));
}
