import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { type UserKey, userKey } from "../../domain/user-id.js";
import type { UserHolding } from "./erase-user.js";

/** The users' threads in a checkpointer: every graph of ours names the thread's owner in its state. */
export function threadsIn(saver: BaseCheckpointSaver): UserHolding {
  return {
    kind: "threads",
    async find(userId) {
      const owner = userKey(userId);
      if (findsThreads(saver)) return saver.threadsOf(owner);
      const threads = new Set<string>();
      for await (const { config, checkpoint, pendingWrites } of saver.list({ configurable: {} })) {
        const thread: unknown = config.configurable?.["thread_id"];
        const isOwner =
          checkpoint.channel_values["owner"] === owner ||
          pendingWrites?.some(([, channel, value]) => channel === "owner" && value === owner);
        if (typeof thread === "string" && isOwner === true) threads.add(thread);
      }
      return [...threads];
    },
    delete: (threadId) => saver.deleteThread(threadId),
  };
}

/** Whether a checkpointer can name threads without reading their steps. */
function findsThreads(saver: BaseCheckpointSaver): saver is BaseCheckpointSaver & {
  threadsOf(owner: UserKey): Promise<string[]>;
} {
  return "threadsOf" in saver;
}
