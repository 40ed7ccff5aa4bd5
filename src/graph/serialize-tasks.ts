import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { parseAlignConfig } from "../config/parse-settings.js";
import { userKey } from "../domain/user-id.js";
import { createKeyedQueue } from "../system/keyed-queue.js";

/** Lowest `maxConcurrency` of a run: with 1, LangGraph 1.7 ends a step after its first task and drops the others. */
export const leastConcurrency = 2;

/** By user; all nodes of a run share it. */
const queue = createKeyedQueue();

/** A node whose tasks, and those of other such nodes, run one by one if the run's `concurrency` is 1. */
export function serializeTasks<Task, Result>(
  node: (task: Task, runtime: LangGraphRunnableConfig) => Promise<Result>,
): typeof node {
  return async (task, runtime) => {
    const { concurrency, userId } = parseAlignConfig(runtime);
    if (concurrency >= leastConcurrency) return node(task, runtime);
    return queue.run(userKey(userId ?? ""), () => node(task, runtime));
  };
}
