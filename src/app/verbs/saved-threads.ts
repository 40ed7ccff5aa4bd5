import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { userKey } from "../../domain/user-id.js";
import type { UserThreads } from "./erase-user.js";

/** The users' threads in a checkpointer. Every run of ours names its user's key in the metadata of its steps. */
export function threadsIn(saver: BaseCheckpointSaver): UserThreads {
  return {
    async find(userId) {
      const metadata = { userId: userKey(userId) };
      if (findsThreads(saver)) return saver.threadsWith(metadata);
      const threads = new Set<string>();
      for await (const { config } of saver.list({ configurable: {} }, { filter: metadata })) {
        const thread: unknown = config.configurable?.["thread_id"];
        if (typeof thread === "string") threads.add(thread);
      }
      return [...threads];
    },
    delete: (threadId) => saver.deleteThread(threadId),
  };
}

/** Whether a checkpointer can name threads without reading their steps. */
function findsThreads(
  saver: BaseCheckpointSaver,
): saver is BaseCheckpointSaver & { threadsWith(metadata: object): Promise<string[]> } {
  return "threadsWith" in saver;
}
