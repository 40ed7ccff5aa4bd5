import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import {
  type LangGraphRunnableConfig,
  MessagesAnnotation,
  START,
  StateGraph,
} from "@langchain/langgraph";
import type { BaseCheckpointSaver, BaseStore } from "@langchain/langgraph-checkpoint";

/**
 * The graph that a tutorial would build: search among the user's messages, ask the model, put the message. A turn of it
 * is the floor of what LangGraph costs.
 */
export function buildBareGraph(model: Pick<BaseChatModel, "invoke">, store: BaseStore) {
  return new StateGraph(MessagesAnnotation)
    .addNode("search", async ({ messages }, runtime) => {
      const query = messages.at(-1)?.text ?? "";
      await store.search([userOf(runtime)], { query, limit: 6 });
      return {};
    })
    .addNode("model", async ({ messages }) => {
      const { text } = await model.invoke(messages);
      // The instant model gives all its answers one id, by which they would replace each other in a thread.
      return { messages: [new AIMessage(text)] };
    })
    .addNode("put", async ({ messages }, runtime) => {
      await store.put([userOf(runtime)], String(Math.random()), { text: messages[0]?.text });
      return {};
    })
    .addEdge(START, "search")
    .addEdge("search", "model")
    .addEdge("model", "put");
}

/** @returns A turn of it, in this process. */
export function createBareGraph(
  model: Pick<BaseChatModel, "invoke">,
  store: BaseStore,
  checkpointer?: BaseCheckpointSaver,
) {
  const builder = buildBareGraph(model, store);
  const graph = builder.compile({ store, ...(checkpointer && { checkpointer }) });
  return (user: string, text: string, thread?: string) =>
    graph.invoke(
      { messages: [new HumanMessage(text)] },
      { configurable: { userId: user, ...(thread !== undefined && { thread_id: thread }) } },
    );
}

function userOf({ configurable, context }: LangGraphRunnableConfig): string {
  const { userId: user }: { readonly userId?: unknown } = { ...configurable, ...context };
  if (typeof user !== "string") throw new TypeError("A bare turn names no user.");
  return user;
}
