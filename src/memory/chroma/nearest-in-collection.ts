import type { Collection, Where } from "chromadb";
import { isTie, nearestFirst } from "../index/tie-breaking.js";
import { dot, toUnit } from "../index/unit-vector.js";

/** Hits fetched beyond the limit, so that ties at the limit can be ordered here. */
const spareForTies = 8;
/** Beyond this many equally near hits, the newest of those that Chroma returned are used. */
const maxTies = 1_000;
/** Entries that the graph has lost are compared one by one, at most this many, the newest. */
const maxLost = 1_000;

interface Search {
  readonly vector: readonly number[];
  readonly where: Where;
  /** 1 or more. */
  readonly limit: number;
}

/**
 * The entries nearest to a vector, nearest first, newest first among ties. Chroma's graph can lose entries among many
 * equal ones, or after many deletions; when it returns fewer than requested, the filter finds the missing ones.
 */
export async function searchCollection(collection: Collection, search: Search) {
  const { vector, where, limit } = search;
  for (let wanted = limit + spareForTies; ; wanted *= 4) {
    const result = await collection.query({
      queryEmbeddings: [[...vector]],
      nResults: wanted,
      where,
      include: ["documents", "distances"],
    });
    const hits = (result.rows()[0] ?? []).map(({ id, document, distance }) => ({
      id,
      document: document ?? "",
      distance: distance ?? 2,
    }));
    const isComplete = hits.length < wanted;
    if (isComplete) hits.push(...(await lostEntries(collection, search, hits)));
    hits.sort(nearestFirst);
    const [cut, last] = [hits[limit - 1], hits.at(-1)];
    const isCutInTie = cut !== undefined && last !== undefined && isTie(cut, last);
    if (isComplete || !isCutInTie || wanted > maxTies) return hits.slice(0, limit);
  }
}

async function lostEntries(
  collection: Collection,
  { vector, where }: Search,
  hits: readonly { readonly id: string }[],
) {
  const found = new Set(hits.map(({ id }) => id));
  const { ids } = await collection.get({ where, include: [] });
  const lost = ids.filter((id) => !found.has(id)).toSorted();
  if (lost.length === 0) return [];
  const entries = await collection.get({
    ids: lost.slice(-maxLost),
    include: ["documents", "embeddings"],
  });
  const unit = toUnit(vector);
  return entries.rows().map(({ id, document, embedding }) => ({
    id,
    document: document ?? "",
    distance: 1 - dot(toUnit(embedding ?? []), unit),
  }));
}
