import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { HumanMessage } from "@langchain/core/messages";
import { MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import type { BaseCheckpointSaver, BaseStore } from "@langchain/langgraph-checkpoint";

/**
 * The graph that a tutorial would build: search among the user's messages, ask the model, put the message. A turn of it
 * is the floor of what LangGraph costs.
 */
export function createBareGraph(
  model: Pick<BaseChatModel, "invoke">,
  store: BaseStore,
  checkpointer?: BaseCheckpointSaver,
) {
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("search", async ({ messages }, { configurable }) => {
      const query = messages.at(-1)?.text ?? "";
      await store.search([userOf(configurable)], { query, limit: 6 });
      return {};
    })
    .addNode("model", async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode("put", async ({ messages }, { configurable }) => {
      await store.put([userOf(configurable)], String(Math.random()), { text: messages[0]?.text });
      return {};
    })
    .addEdge(START, "search")
    .addEdge("search", "model")
    .addEdge("model", "put")
    .compile({ store, ...(checkpointer && { checkpointer }) });
  return (user: string, text: string, thread?: string) =>
    graph.invoke(
      { messages: [new HumanMessage(text)] },
      { configurable: { user, ...(thread !== undefined && { thread_id: thread }) } },
    );
}

function userOf(configurable: Readonly<Record<string, unknown>> | undefined): string {
  const user = configurable?.["user"];
  if (typeof user !== "string") throw new TypeError("A bare turn names no user.");
  return user;
}
