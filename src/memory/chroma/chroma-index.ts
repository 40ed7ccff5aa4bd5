import type { Where } from "chromadb";
import { LRUCache } from "lru-cache";
import type { UserKey } from "../../domain/user-id.js";
import { PersonaAgentError } from "../../system/errors.js";
import type { ReadableIndex } from "../index/cached-index.js";
import type { IndexBounds, IndexedEmbedding, IndexEntry } from "../index/episode-index.js";
import { checkVector } from "../index/unit-vector.js";
import { parseChromaUrl } from "./chroma-address.js";
import { connectToChroma } from "./chroma-connection.js";
import { createUserCollections } from "./user-collections.js";
import { searchCollection } from "./nearest-in-collection.js";
import { createUserVector } from "./user-tagged-vector.js";
import { inBatches } from "./split-batches.js";
import { searchAll, searchMatching } from "./words-in-collection.js";

/** Measured; see docs/decisions/0002-chroma-collections.md. */
const defaultCollections = 16;
/** Measured; see docs/decisions/0015-retrieval.md. */
const defaultMostRead = 1_000;

export interface ChromaIndexOptions {
  /** `http://host:port` or `https://host:port`. Nothing is sent before the first call. */
  readonly url: string;
  readonly embedding: IndexedEmbedding;
  /** For servers that require one. */
  readonly token?: string | undefined;
  /** The number of collections that users are spread over, from 1. After a change every user's entries are rebuilt. */
  readonly collections?: number;
  /** Up to so many of a user's entries are all read to search them by words, 0 or more; of more, those that have one. */
  readonly mostRead?: number;
  /** How long one request may take, in milliseconds. */
  readonly timeoutMs?: number;
}

/**
 * The index in Chroma collections. Every filter contains the user's key, and every id begins with it, so users who
 * share a collection stay separate. The index works again when a stopped server is restarted, empty or not.
 *
 * @throws {PersonaAgentError} `config-invalid` for an invalid URL or number.
 */
export function createChromaIndex({
  url,
  embedding,
  token,
  collections = defaultCollections,
  mostRead = defaultMostRead,
  timeoutMs = 10_000,
}: ChromaIndexOptions): ReadableIndex {
  checkCount("collections", collections);
  checkCount("mostRead", mostRead, 0);
  checkCount("dimensions", embedding.dimensions);
  const connection = connectToChroma(parseChromaUrl(url), { token, timeoutMs });
  const users = createUserCollections(connection, embedding, collections);
  /** Users whom a search by words found to have more entries than it reads. */
  const large = new LRUCache<UserKey, true>({ max: 10_000 });
  const check = (vector: readonly number[]) => checkVector(vector, embedding.dimensions);

  return {
    kind: "chroma",
    async identity(user) {
      const id = await users.collectionId(user);
      return `chroma/${embedding.name}/${embedding.dimensions}/${collections}/${id}`;
    },
    async upsert(user, entries) {
      for (const { vector } of entries) check(vector);
      for (const batch of inBatches(entries))
        await users.write(user, (collection) => collection.upsert(toRecords(user, batch)));
    },
    async vectorSearch(user, vector, limit, bounds) {
      check(vector);
      if (limit < 1) return [];
      const hits = await users.read(user, (collection) =>
        searchCollection(collection, {
          vector: createUserVector(user).query(vector),
          where: filterOf(user, bounds),
          limit,
        }),
      );
      // The tag that both vectors have makes half of their lengths: see createUserVector.
      return hits.map((hit) => ({ ...toHit(user, hit), nearness: 1 - 2 * hit.distance }));
    },
    async keywordSearch(user, words, limit, bounds) {
      const searched = words.filter((word) => word !== "");
      if (searched.length === 0 || limit < 1) return [];
      const search = { words: searched, where: filterOf(user, bounds) };
      const hits = await users.read(user, async (collection) => {
        const all = large.has(user) ? null : await searchAll(collection, search, mostRead);
        if (all !== null) return all;
        large.set(user, true);
        return searchMatching(collection, search);
      });
      return hits.slice(0, limit).map((hit) => toHit(user, { id: hit.id, document: hit.words }));
    },
    async entries(user, from, most) {
      const { ids, documents, embeddings, metadatas } = await users.read(user, (collection) =>
        collection.get({
          where: filterOf(user),
          limit: most,
          offset: from,
          include: ["documents", "embeddings", "metadatas"],
        }),
      );
      return ids.map((id, place) => ({
        ...toHit(user, { id, document: documents[place] }),
        order: Number(metadatas[place]?.["order"]),
        // Without the user's tag.
        vector: embeddings[place]?.slice(0, embedding.dimensions) ?? [],
      }));
    },
    async remove(user, ids) {
      for (const batch of inBatches(ids.map((id) => ({ id: keyOf(user, id) }))))
        await users.write(user, (collection) =>
          collection.delete({ ids: batch.map(({ id }) => id), where: filterOf(user) }),
        );
    },
    async clear(user) {
      large.delete(user);
      await users.write(user, (collection) => collection.delete({ where: filterOf(user) }));
    },
  };
}

/** All users of a collection share its ids, and an upsert of another user's id would replace that user's entry. */
const keyOf = (user: UserKey, id: string) => `${user}/${id}`;

function toHit(
  user: UserKey,
  { id, document }: { readonly id: string; readonly document?: string | null | undefined },
) {
  return { id: id.slice(user.length + 1), words: document ?? "" };
}

function toRecords(user: UserKey, entries: readonly IndexEntry[]) {
  const { stored } = createUserVector(user);
  return {
    ids: entries.map(({ id }) => keyOf(user, id)),
    embeddings: entries.map(({ vector }) => stored(vector)),
    documents: entries.map(({ words }) => words),
    metadatas: entries.map(({ order }) => ({ user, order })),
  };
}

/** Bounds are rounded outwards: Chroma drops a bound's fraction where the values are integers. */
function filterOf(user: UserKey, { after, before }: IndexBounds = {}): Where {
  const parts: Where[] = [{ user }];
  if (after !== undefined && after !== -Infinity) parts.push({ order: { $gt: Math.floor(after) } });
  if (before !== undefined && before !== Infinity)
    parts.push({ order: { $lt: Math.ceil(before) } });
  return parts.length === 1 ? { user } : { $and: parts };
}

function checkCount(name: string, count: number, least = 1) {
  if (Number.isSafeInteger(count) && count >= least) return;
  throw new PersonaAgentError(
    "config-invalid",
    `The index setting ${name} is ${count}; expected a whole number of ${least} or more. Correct it.`,
  );
}
