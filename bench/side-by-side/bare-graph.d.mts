import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { BaseMessage } from "@langchain/core/messages";
import type { CompiledStateGraph } from "@langchain/langgraph";
import type { BaseStore } from "@langchain/langgraph-checkpoint";

type Model = Pick<BaseChatModel, "invoke">;

export function buildBareGraph(
  model: Model,
  store: BaseStore,
): { compile(): CompiledStateGraph<object, object> };

/** @returns A turn of it, in this process. */
export function createBareGraph(
  model: Model,
  store: BaseStore,
): (user: string, text: string) => Promise<{ readonly messages: readonly BaseMessage[] }>;
