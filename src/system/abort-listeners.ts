import { setMaxListeners } from "node:events";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";

/** The name in `configurable` by which a run passes its signal to nested graphs; it wins over a signal for `invoke`. */
export const runSignals = "__pregel_abort_signals";

/**
 * Allows many listeners on the signals of a fan-out. Its tasks share them, every model call and every graph in them
 * adds a listener, and Node warns of a leak from the eleventh on.
 */
export function expectManyListeners({ signal, configurable }: LangGraphRunnableConfig): void {
  const inherited = Object.values(Object(configurable?.[runSignals]) as object);
  for (const each of [signal, ...inherited])
    if (each instanceof AbortSignal) setMaxListeners(0, each);
}
