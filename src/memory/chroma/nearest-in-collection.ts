import type { Collection, Where } from "chromadb";
import { isTie, nearestFirst } from "../index/tie-breaking.js";
import { dot, toUnit } from "../index/unit-vector.js";

/** Hits fetched beyond the limit, so that ties at the limit are ours to order. */
const spareForTies = 8;
/** Past this many equally near hits, the newest of those that Chroma gave have to do. */
const tiesAtMost = 1_000;
/** Of entries that the graph has lost, the newest are compared one by one, and no more than these. */
const lostAtMost = 1_000;

interface Found {
  readonly id: string;
  readonly document: string;
  readonly distance: number;
}

interface Search {
  readonly vector: readonly number[];
  readonly where: Where;
  /** 1 or more. */
  readonly limit: number;
}

/**
 * The entries of a collection that are nearest to a vector, nearest first and of the equally near the
 * newest. Chroma's search is approximate: its graph can lose entries among many equal ones, or after many
 * were deleted. When it gives fewer than asked, those that it did not give are looked for by the filter.
 */
export async function searchCollection(collection: Collection, search: Search) {
  const { limit } = search;
  for (let wanted = limit + spareForTies; ; wanted *= 4) {
    const found = await query(collection, search, wanted);
    if (found.length < wanted) {
      const lost = await lostOf(collection, search, found);
      return [...found, ...lost].toSorted(nearestFirst).slice(0, limit);
    }
    const hits = found.toSorted(nearestFirst);
    const [cut, last] = [hits[limit - 1], hits.at(-1)];
    const isCutInTie = cut !== undefined && last !== undefined && isTie(cut, last);
    if (!isCutInTie || wanted > tiesAtMost) return hits.slice(0, limit);
  }
}

async function query(
  collection: Collection,
  { vector, where }: Search,
  wanted: number,
): Promise<Found[]> {
  const found = await collection.query({
    queryEmbeddings: [[...vector]],
    nResults: wanted,
    where,
    include: ["documents", "distances"],
  });
  return (found.rows()[0] ?? []).map(({ id, document, distance }) => ({
    id,
    document: document ?? "",
    distance: distance ?? 2,
  }));
}

async function lostOf(
  collection: Collection,
  { vector, where }: Search,
  found: readonly Found[],
): Promise<Found[]> {
  const { ids } = await collection.get({ where, include: [] });
  if (ids.length <= found.length) return [];
  const given = new Set(found.map(({ id }) => id));
  const lost = ids.filter((id) => !given.has(id)).toSorted();
  if (lost.length === 0) return [];
  const rows = await collection.get({
    ids: lost.slice(-lostAtMost),
    include: ["documents", "embeddings"],
  });
  const unit = toUnit(vector);
  return rows.rows().map(({ id, document, embedding }) => ({
    id,
    document: document ?? "",
    distance: 1 - dot(toUnit(embedding ?? []), unit),
  }));
}
