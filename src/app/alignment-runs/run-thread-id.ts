import { uuid5 } from "@langchain/langgraph-checkpoint";
import { userKey } from "../../domain/user-id.js";

/** The namespace of our threads' UUIDs; random. */
const namespace = "6d1b6f0c-6a5e-4d0b-9d55-5f4f3f0f8a11";

/** The thread of a user's alignments, here and on a LangGraph server, which requires a UUID. */
export function alignmentThreadId(userId: string): string {
  return threadId("alignment", userId);
}

/** The thread of a user's reflections on a LangGraph server. */
export function reflectionThreadId(userId: string): string {
  return threadId("reflection", userId);
}

function threadId(graph: string, userId: string): string {
  return uuid5(`${graph}:${userKey(userId)}`, namespace);
}
