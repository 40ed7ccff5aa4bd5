import type { BaseStore } from "@langchain/langgraph-checkpoint";
import { userKey } from "../../../src/domain/user-id.js";
import { createMemory } from "../../../src/memory/memory.js";
import { createSeals } from "../../../src/memory/index/sealed-entries.js";
import { createStoreAccess } from "../../../src/memory/store-access.js";
import type { EpisodeIndex } from "../../../src/memory/index/episode-index.js";
import type { MemoryDegradation } from "../../../src/memory/episodes/episodic-memory.js";
import { ArrayIndex } from "./array-index.js";
import { FrozenStore } from "./frozen-store.js";
import { WordEmbeddings } from "../models/word-embeddings.js";

/** A memory and all its parts, which a test can switch off, count and look into. */
export function memoryParts({ store = new FrozenStore() }: { readonly store?: BaseStore } = {}) {
  const index = new ArrayIndex();
  const embeddings = new WordEmbeddings();
  const errors: MemoryDegradation[] = [];
  const listener = { isBroken: false };
  const clock = { now: new Date("2026-01-01T00:00:00.000Z") };
  /** Another process over the same store, and the same index unless given. */
  const restart = (other: EpisodeIndex = index) =>
    createMemory({
      store,
      index: other,
      embeddings,
      now: () => clock.now,
      onIndexError: (_, kind) => {
        errors.push(kind);
        if (listener.isBroken) throw new Error("The listener is broken.");
      },
    });
  const indexed = (userId: string) => [...index.entries(userKey(userId)).keys()].toSorted();
  /** How words of a user stand in the index, which has an entry of theirs. */
  const sealed = async (userId: string, words: string) => {
    const seal = await createSeals(createStoreAccess(store)).find(userKey(userId));
    if (seal === null) throw new Error("Nothing of the user was indexed.");
    return seal.words(words);
  };
  return {
    ...restart(),
    sealed,
    restart,
    store,
    index,
    embeddings,
    errors,
    listener,
    clock,
    indexed,
  };
}
