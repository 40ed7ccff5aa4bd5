import { setMaxListeners } from "node:events";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";

/** Where LangGraph hands the run's own signal on to the graphs that a node runs; there it goes before a signal given to `invoke`. */
export const runSignals = "__pregel_abort_signals";

/**
 * Tells Node that many may listen to the signals of a fan-out: its tasks share them, every model call and every graph
 * in them listens while it runs, and Node warns of a leak from the eleventh on.
 */
export function expectManyListeners({ signal, configurable }: LangGraphRunnableConfig): void {
  const inherited = Object.values(Object(configurable?.[runSignals]) as object);
  for (const each of [signal, ...inherited])
    if (each instanceof AbortSignal) setMaxListeners(0, each);
}
