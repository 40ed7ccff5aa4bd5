import { AsyncLocalStorageProviderSingleton } from "@langchain/core/singletons";
import { getConfig } from "@langchain/langgraph";
import { BaseStore, type Operation, type OperationResults } from "@langchain/langgraph-checkpoint";
import { PersonaAgentError } from "../system/errors.js";

/**
 * The store that a LangGraph server injects into the current run. With it, one memory can be built at start-up and keep
 * its caches and queues across runs.
 *
 * Every method throws `memory-store-unavailable` outside a run, or if the server has no store.
 */
export class PlatformStore extends BaseStore {
  override async batch<Op extends Operation[]>(operations: Op): Promise<OperationResults<Op>> {
    // Unlike `getStore`, this does not throw outside a run.
    const store = unwrapped(getConfig()?.store);
    // The graph's own store is this one, until a server replaces it.
    if (store === undefined || store === this)
      throw new PersonaAgentError(
        "memory-store-unavailable",
        "STORE=platform was set, but this run has no store from a LangGraph server. Unset STORE, or run on the server.",
      );
    return store.batch(operations);
  }
}

/**
 * Makes the store that a server put into the graph available to memory just before and after a run. Changes nothing if
 * memory has a store of its own.
 */
export function withStoreOf<Result>(
  graph: { readonly store?: BaseStore | undefined },
  work: () => Promise<Result>,
): Promise<Result> {
  if (graph.store === undefined || graph.store instanceof PlatformStore) return work();
  return AsyncLocalStorageProviderSingleton.runWithConfig({ store: graph.store }, work);
}

/** The run's store allows single calls only and none after the run, when some of our index writes end. */
function unwrapped(store: BaseStore | undefined): BaseStore | undefined {
  const inner: unknown = store && Reflect.get(store, "store");
  return inner instanceof BaseStore ? inner : store;
}
