import { createHash } from "node:crypto";
import type { Collection } from "chromadb";
import type { UserKey } from "../../domain/user-id.js";
import { type ChromaConnection, isCollectionGone } from "./chroma-connection.js";

/** How far Chroma looks in its graph. With its own default a user of many rows missed 1 to 5 % of the nearest. */
const searchBreadth = 400;

/** What makes the vectors of an index. Other embeddings, other collections. */
export interface IndexedEmbedding {
  /** As the embeddings are configured: `offline`, `openai:text-embedding-3-small`. Any characters. */
  readonly name: string;
  readonly dimensions: number;
}

/** The Chroma collections that users are spread over. Each user is in one, chosen by his key alone. */
export interface UserCollections {
  /** The id that Chroma gave the user's collection, asked for anew: a wiped server gives another. */
  collectionId(user: UserKey): Promise<string>;
  /** Runs a request on the user's collection; once more, on a new one, when it has vanished. */
  inCollection<Result>(
    user: UserKey,
    request: (collection: Collection) => Promise<Result>,
  ): Promise<Result>;
}

/** @param count - Of collections. Another count is another set of collections. */
export function createUserCollections(
  connection: ChromaConnection,
  embedding: IndexedEmbedding,
  count: number,
): UserCollections {
  const known = new Map<string, Promise<string>>();

  function find(name: string): Promise<string> {
    const finding = connection.send(async (client) => {
      const collection = await client.getOrCreateCollection({
        name,
        configuration: { hnsw: { space: "cosine", ef_search: searchBreadth } },
        metadata: { embedding: embedding.name, dimensions: embedding.dimensions },
        // Null, or the client looks for its default embedding and warns that it is not installed.
        embeddingFunction: null,
      });
      return collection.id;
    });
    known.set(name, finding);
    finding.catch(() => {
      if (known.get(name) === finding) known.delete(name);
    });
    return finding;
  }

  return {
    collectionId: (user) => find(collectionName(user, embedding, count)),
    async inCollection(user, request) {
      const name = collectionName(user, embedding, count);
      const attempt = (id: string) => connection.send((client) => request(client.collection(id)));
      const finding = known.get(name) ?? find(name);
      try {
        return await attempt(await finding);
      } catch (error) {
        if (!isCollectionGone(error)) throw error;
        // Of many requests that met the vanished collection, one looks for the new one.
        const current = known.get(name);
        return attempt(await (current === undefined || current === finding ? find(name) : current));
      }
    },
  };
}

/** Chroma takes 3 to 63 letters, digits, `.`, `_` and `-`, so the embedding's name goes in as a hash. */
function collectionName(user: UserKey, { name, dimensions }: IndexedEmbedding, count: number) {
  const embedding = createHash("sha256").update(name).digest("hex").slice(0, 16);
  const shard = Number.parseInt(user.slice(0, 8), 16) % count;
  return `episodes-${embedding}-${dimensions}-${shard}of${count}`;
}
