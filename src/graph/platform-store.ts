import { AsyncLocalStorageProviderSingleton } from "@langchain/core/singletons";
import { getConfig } from "@langchain/langgraph";
import { BaseStore, type Operation, type OperationResults } from "@langchain/langgraph-checkpoint";
import { PersonaAgentError } from "../errors.js";

/**
 * The store that a LangGraph server injects into the run that is under way. One memory can so be built at start-up,
 * before there is a run, and keep its caches and queues across runs.
 *
 * Every method throws `memory-store-unavailable` outside of a run, or when the server has no store.
 */
export class PlatformStore extends BaseStore {
  override async batch<Op extends Operation[]>(operations: Op): Promise<OperationResults<Op>> {
    // `getStore` throws where there is no run; this gives nothing.
    const store = unwrapped(getConfig()?.store);
    // The graph's own store is this one, until a server puts its own in the place.
    if (store === undefined || store === this)
      throw new PersonaAgentError(
        "memory-store-unavailable",
        "STORE=platform was set, but this run has no store from a LangGraph server. Unset STORE, or run on the server.",
      );
    return store.batch(operations);
  }
}

/**
 * Lets memory be used just before and after a run of the graph, as if inside it: with the store that a server put into
 * the graph. Changes nothing where memory has a store of its own.
 */
export function withStoreOf<Result>(
  graph: { readonly store?: BaseStore | undefined },
  work: () => Promise<Result>,
): Promise<Result> {
  if (graph.store === undefined || graph.store instanceof PlatformStore) return work();
  return AsyncLocalStorageProviderSingleton.runWithConfig({ store: graph.store }, work);
}

/**
 * What a run is given is a wrapper that takes single calls only, and never answers once the run is over; some of our
 * writes to the index and its marks end after the turn.
 */
function unwrapped(store: BaseStore | undefined): BaseStore | undefined {
  const inner: unknown = store && Reflect.get(store, "store");
  return inner instanceof BaseStore ? inner : store;
}
