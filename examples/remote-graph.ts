// The agent of a server as a node of a graph of your own: what the graph can say for everybody, it says itself.
import { AIMessage } from "@langchain/core/messages";
import { END, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { RemoteGraph } from "@langchain/langgraph/remote";
import { z } from "zod";
import { serverUrl } from "./loopback/dev-server.js";

const graph = new StateGraph(MessagesAnnotation, z.object({ userId: z.string() }))
  .addNode("hours", () => ({ messages: [new AIMessage("The pool is open from 7 to 21.")] }))
  .addNode("personal", new RemoteGraph({ graphId: "agent", url: serverUrl }))
  .addConditionalEdges(
    START,
    ({ messages }) => (/\bopen\b/.test(messages.at(-1)?.text ?? "") ? "hours" : "personal"),
    ["hours", "personal"],
  )
  .addEdge("hours", END)
  .addEdge("personal", END)
  .compile();

for (const content of ["I swim on Tuesdays.", "When are you open?", "When do I swim?"]) {
  // The run's context reaches the remote node as it is.
  const { messages } = await graph.invoke(
    { messages: [{ role: "user", content }] },
    { context: { userId: "flora" } },
  );
  console.log(`${content} ${messages.at(-1)?.text}`);
}
