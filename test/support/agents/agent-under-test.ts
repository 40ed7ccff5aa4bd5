import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { BaseMessage } from "@langchain/core/messages";
import { InMemoryStore, MemorySaver } from "@langchain/langgraph-checkpoint";
import { createPersonaAgent } from "../../../src/app/create-persona-agent.js";
import type { PersonaAgentOptions } from "../../../src/app/persona-agent.js";
import type { EpisodeIndex } from "../../../src/memory/index/episode-index.js";
import { createInProcessIndex } from "../../../src/memory/index/in-process-index.js";
import { CountingEmbeddings } from "../models/counting-embeddings.js";
import { ScriptedModel, type ScriptedReply } from "../models/scripted-model.js";

/** A clock that stands still until it is set. */
export class SetClock {
  #at = Date.parse("2026-05-01T10:00:00.000Z");
  readonly now = () => new Date(this.#at);
  set(at: string) {
    this.#at = Date.parse(at);
  }
  advanceDays(days: number) {
    this.#at += days * 86_400_000;
  }
}

/** An agent in this process, with every part at hand. The model is scripted unless one is given. */
export function agentUnderTest(
  replies: readonly ScriptedReply[] | BaseChatModel,
  options: Partial<PersonaAgentOptions> = {},
) {
  const model = Array.isArray(replies) ? new ScriptedModel(replies) : undefined;
  const embeddings = new CountingEmbeddings();
  const clock = new SetClock();
  const store = new InMemoryStore();
  const index = switchable(
    createInProcessIndex({ name: "offline", dimensions: embeddings.dimensions }),
  );
  const agent = createPersonaAgent({
    model: model ?? (replies as BaseChatModel),
    embeddings,
    index,
    store,
    checkpointer: new MemorySaver(),
    now: clock.now,
    // What a scripted model is asked must not depend on the time that a test takes.
    backgroundAlignment: false,
    backgroundReflection: false,
    ...options,
  });
  return { ...agent, model: model as ScriptedModel, embeddings, clock, store, index };
}

/** An index that can be switched off, as a Chroma that is stopped. */
export interface SwitchableIndex extends EpisodeIndex {
  isDown: boolean;
}

function switchable(inner: EpisodeIndex): SwitchableIndex {
  const state = { isDown: false };
  return new Proxy(inner, {
    get(target, property: keyof SwitchableIndex) {
      if (property === "isDown") return state.isDown;
      const member: unknown = Reflect.get(target, property);
      if (typeof member !== "function" || !state.isDown) return member;
      return () => Promise.reject(new Error("The index is down."));
    },
    set(_target, property, value: boolean) {
      if (property !== "isDown") return false;
      state.isDown = value;
      return true;
    },
  }) as SwitchableIndex;
}

/** The system message of one recorded call. */
export function systemOf(messages: readonly BaseMessage[] | undefined): string {
  return messages?.find((message) => message.type === "system")?.text ?? "";
}

/** All messages of one recorded call but the system message, as `type: text`. */
export function threadOf(messages: readonly BaseMessage[] | undefined): string[] {
  return (messages ?? [])
    .filter((message) => message.type !== "system")
    .map((message) => `${message.type}: ${message.text}`);
}
