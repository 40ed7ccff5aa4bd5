import { createHash } from "node:crypto";
import type { Collection } from "chromadb";
import type { UserKey } from "../../domain/user-id.js";
import { keepPromise } from "../../system/keep-promise.js";
import type { IndexedEmbedding } from "../index/episode-index.js";
import {
  type ChromaConnection,
  isCollectionBroken,
  isCollectionGone,
} from "./chroma-connection.js";

/**
 * After so many writes Chroma brings its graph's files up to date and cuts its log, of which each write is a page of 4 kB.
 * With its default of 1,000 the log is most of a young folder. Of the graph only what has changed is written; the list
 * of all ids is written whole. A collection that exists keeps what it was made with.
 */
const logLength = 50;

/** How far Chroma searches in its graph. With its default, users with many rows missed 1 to 5 % of the nearest. */
const searchBreadth = 400;

type RunInCollection = <Result>(
  user: UserKey,
  request: (collection: Collection) => Promise<Result>,
) => Promise<Result>;

/** The Chroma collections that users are spread over. A user's key alone decides which one it is. */
export interface UserCollections {
  /** The id that Chroma gave the user's collection, always requested: it changes when the server loses its data. */
  collectionId(user: UserKey): Promise<string>;
  /**
   * Runs a request that reads the user's collection. It fails once where the collection has vanished, by which memory hears
   * that it has to look whether the index has the user's entries: another one would say that there is nothing. One whose
   * files Chroma cannot read any more is removed.
   */
  read: RunInCollection;
  /** Runs a request that changes it; again, on a new one, when the collection has vanished. */
  write: RunInCollection;
}

/** @param count - The number of collections. Another number means other collections. */
export function createUserCollections(
  connection: ChromaConnection,
  embedding: IndexedEmbedding,
  count: number,
): UserCollections {
  const ids = new Map<string, Promise<string>>();

  function find(name: string): Promise<string> {
    const finding = connection.send(async (client) => {
      const collection = await client.getOrCreateCollection({
        name,
        configuration: {
          hnsw: { space: "cosine", ef_search: searchBreadth, sync_threshold: logLength },
        },
        metadata: { embedding: embedding.name, dimensions: embedding.dimensions },
        // Null, or the client looks for its default embedding and warns that it is not installed.
        embeddingFunction: null,
      });
      return collection.id;
    });
    return keepPromise(ids, name, finding);
  }

  /** The index is filled again, because a new one has another id. Two processes may both do it. */
  async function remove(name: string, id: string): Promise<void> {
    ids.delete(name);
    await connection.send(async (client) => {
      const present = await client.getCollection({ name });
      if (present.id === id) await client.deleteCollection({ name });
    });
  }

  return {
    collectionId: (user) => find(collectionName(user, embedding, count)),
    read: (user, request) => run(user, request, { isRepeated: false }),
    write: (user, request) => run(user, request, { isRepeated: true }),
  };

  async function run<Result>(
    user: UserKey,
    request: (collection: Collection) => Promise<Result>,
    { isRepeated }: { readonly isRepeated: boolean },
  ): Promise<Result> {
    const name = collectionName(user, embedding, count);
    const attempt = (id: string) => connection.send((client) => request(client.collection(id)));
    const finding = ids.get(name) ?? find(name);
    try {
      return await attempt(await finding);
    } catch (error) {
      if (isCollectionBroken(error)) await remove(name, await finding).catch(() => undefined);
      if (!isCollectionGone(error)) throw error;
      // Of many requests that meet the vanished collection, only one looks for the new one.
      const current = ids.get(name);
      const renewed = current === undefined || current === finding ? find(name) : current;
      if (isRepeated) return attempt(await renewed);
      // Whoever asks next is told of its failure.
      renewed.catch(() => undefined);
      throw error;
    }
  }
}

/** Chroma allows 3 to 63 letters, digits, `.`, `_` and `-`, so the embedding's name is hashed. */
function collectionName(user: UserKey, { name, dimensions }: IndexedEmbedding, count: number) {
  const embedding = createHash("sha256").update(name).digest("hex").slice(0, 16);
  const shard = Number.parseInt(user.slice(0, 8), 16) % count;
  return `episodes-${embedding}-${dimensions}-${shard}of${count}`;
}
