import { AIMessage } from "@langchain/core/messages";
import { MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";

/** Says again what was said: what the server itself costs. */
export const echo = new StateGraph(MessagesAnnotation)
  .addNode("answer", ({ messages }) => ({ messages: [new AIMessage(messages.at(-1)?.text ?? "")] }))
  .addEdge(START, "answer")
  .compile();
