// The graph that a tutorial would build: search among the user's messages, ask the model, put the message. A turn of it
// is the floor of what LangGraph costs.
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";

export function buildBareGraph(model, store) {
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

export function createBareGraph(model, store, checkpointer) {
  const graph = buildBareGraph(model, store).compile({ store, checkpointer });
  return (user, text, thread) =>
    graph.invoke(
      { messages: [new HumanMessage(text)] },
      { configurable: { userId: user, thread_id: thread } },
    );
}

function userOf({ configurable, context }) {
  const { userId: user } = { ...configurable, ...context };
  if (typeof user !== "string") throw new TypeError("A bare turn names no user.");
  return user;
}
