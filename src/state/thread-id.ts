import type { RunnableConfig } from "@langchain/core/runnables";

/** The thread of a run; `null` if it is not stored. */
export function threadIdOf({ configurable }: Pick<RunnableConfig, "configurable">): string | null {
  const threadId: unknown = configurable?.["thread_id"];
  return typeof threadId === "string" ? threadId : null;
}
