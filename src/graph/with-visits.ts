import { IterableReadableStream } from "@langchain/core/utils/stream";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import { type UserKey, userKey } from "../domain/user-id.js";
import { userErased, type Visits } from "../memory/visits.js";
import { PersonaAgentError } from "../system/errors.js";
import type { AgentGraph } from "./agent.js";
import type { AlignmentGraph } from "./alignment.js";
import type { FeedbackGraph } from "./feedback.js";
import { withStoreOf } from "./platform-store.js";
import type { ReflectionGraph } from "./reflection.js";
import { runCheckpointer } from "./thread-guard.js";
import { wrapRuns } from "./wrap-runs.js";

/**
 * Makes every run a visit of its user: it ends when the user is erased, and stores nothing of what it read before, neither
 * in memory nor in its thread.
 *
 * Runs reject with `memory-user-erased`.
 *
 * @param beforeThread - Called before a new input's thread is read, to read at the same time as it is asked for erasures.
 * @returns The same graph.
 */
export function withVisits<
  Graph extends AgentGraph | AlignmentGraph | FeedbackGraph | ReflectionGraph,
>(graph: Graph, visits: Visits, beforeThread?: (userId: string) => void): Graph {
  return wrapRuns(graph, (stream) => async (input, options = {}) => {
    const user = userOf(options);
    if (user === null) return stream(input, options);
    const visit = visits.open(user.key);
    try {
      const saver: unknown = options.configurable?.[runCheckpointer] ?? graph.checkpointer;
      // A thread is read next; otherwise the first look at memory tells, for nothing.
      if (saver instanceof Object && options.configurable?.["thread_id"] !== undefined)
        await visit
          .run(() =>
            withStoreOf(graph, () => {
              if (input !== null) beforeThread?.(user.id);
              return visit.since();
            }),
          )
          .catch(onlyErasures);
      const signal = options.signal
        ? AbortSignal.any([options.signal, visit.signal])
        : visit.signal;
      const chunks = await visit.run(() => stream(input, { ...options, signal }));
      return IterableReadableStream.fromAsyncGenerator(visit.over(chunks));
    } catch (error) {
      visit.end();
      throw visit.signal.aborted ? userErased() : error;
    }
  });
}

/** Null where the run itself refuses to begin, and says why. */
function userOf({
  context,
  configurable,
}: Partial<LangGraphRunnableConfig>): { readonly id: string; readonly key: UserKey } | null {
  const { userId: id }: { readonly userId?: unknown } = { ...configurable, ...context };
  try {
    return typeof id === "string" ? { id, key: userKey(id) } : null;
  } catch {
    return null;
  }
}

/** A run goes on where the store is away. */
function onlyErasures(error: unknown): void {
  if (PersonaAgentError.is(error, "memory-user-erased")) throw error;
}
