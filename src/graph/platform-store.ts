import { getStore } from "@langchain/langgraph";
import { BaseStore, type Operation, type OperationResults } from "@langchain/langgraph-checkpoint";
import { PersonaAgentError } from "../errors.js";

/**
 * The store that a LangGraph server injects into the run that is under way. One memory can so be built at start-up,
 * before there is a run, and keep its caches and queues across runs.
 *
 * Every method throws `memory-store-unavailable` outside of a run, or when the server has no store.
 */
export class PlatformStore extends BaseStore {
  override batch<Op extends Operation[]>(operations: Op): Promise<OperationResults<Op>> {
    const store = getStore();
    if (store === undefined)
      throw new PersonaAgentError(
        "memory-store-unavailable",
        "STORE=platform was set, but this run has no store from a LangGraph server. Unset STORE, or run on the server.",
      );
    return store.batch(operations);
  }
}
