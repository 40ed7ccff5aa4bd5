import type { BaseStore } from "@langchain/langgraph-checkpoint";
import { vi } from "vitest";

/** Lets the store answer no search until it is told to. */
export function holdSearches(store: BaseStore): () => void {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const search = store.search.bind(store);
  vi.spyOn(store, "search").mockImplementation(async (...asked) => {
    await released;
    return search(...asked);
  });
  return release;
}
