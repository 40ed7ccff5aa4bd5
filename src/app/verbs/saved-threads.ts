import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { userKey } from "../../domain/user-id.js";
import type { UserThreads } from "./erase-user.js";

/** The users' threads in a checkpointer: every graph of ours names the thread's owner in its state. */
export function threadsIn(saver: BaseCheckpointSaver): UserThreads {
  return {
    async find(userId) {
      const owner = userKey(userId);
      if (findsThreads(saver)) return saver.threadsWith("owner", owner);
      const threads = new Set<string>();
      for await (const { config, checkpoint } of saver.list({ configurable: {} })) {
        const thread: unknown = config.configurable?.["thread_id"];
        if (typeof thread === "string" && checkpoint.channel_values["owner"] === owner)
          threads.add(thread);
      }
      return [...threads];
    },
    delete: (threadId) => saver.deleteThread(threadId),
  };
}

/** Whether a checkpointer can name threads without reading their steps. */
function findsThreads(saver: BaseCheckpointSaver): saver is BaseCheckpointSaver & {
  threadsWith(channel: string, value: string): Promise<string[]>;
} {
  return "threadsWith" in saver;
}
