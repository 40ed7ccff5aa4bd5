import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { askingUser, checkOwner } from "../nodes/agent/admit-turn.js";
import type { AgentGraph } from "./agent.js";
import type { FeedbackGraph } from "./feedback.js";
import type { ReflectionGraph } from "./reflection.js";
import { wrapRuns } from "./wrap-runs.js";

/** LangGraph takes a run's checkpointer from here. */
export const runCheckpointer = "__pregel_checkpointer";

/**
 * Rejects everybody but a thread's owner before the graph begins, however the run is started (library, LangGraph server,
 * Studio). Inside the graph it would be too late: LangGraph puts the input into the thread and streams the thread's state
 * before the first node runs, so a stranger would see the owner's messages, and could replace or remove them by their
 * ids. `load-persona` checks again, for two first turns at the same time.
 *
 * Runs reject with `config-thread-owner`.
 *
 * @returns The same graph.
 */
export function withThreadGuard<Graph extends AgentGraph | FeedbackGraph | ReflectionGraph>(
  graph: Graph,
): Graph {
  return wrapRuns(graph, (stream) => async (input, options) => {
    const { configurable } = options ?? {};
    const thread: unknown = configurable?.["thread_id"];
    const saver: unknown = configurable?.[runCheckpointer] ?? graph.checkpointer;
    if (thread !== undefined && saver instanceof Object) {
      const owner = await ownerOf(saver as BaseCheckpointSaver, thread);
      if (owner !== undefined)
        checkOwner(
          { owner },
          { userId: askingUser({ owner }, options ?? {}, isOnServer(options)) },
        );
    }
    return stream(input, options);
  });
}

/** As LangGraph would read it, without preparing the thread's next step. */
async function ownerOf(saver: BaseCheckpointSaver, thread: unknown): Promise<string | undefined> {
  const latest = await saver.getTuple({ configurable: { thread_id: thread } });
  // A first turn that was killed may have left the owner in the results of its first step.
  const written = latest?.pendingWrites?.findLast(([, channel]) => channel === "owner")?.[2];
  const owner = latest?.checkpoint.channel_values["owner"] ?? written;
  return typeof owner === "string" ? owner : undefined;
}

/** A server names its assistant or its graph. LangGraph makes `serverInfo` of the same, but only later. */
export function isOnServer({
  configurable = {},
  metadata = {},
}: Pick<LangGraphRunnableConfig, "configurable" | "metadata"> = {}): boolean {
  return ["assistant_id", "graph_id"].some((name) => name in configurable || name in metadata);
}
