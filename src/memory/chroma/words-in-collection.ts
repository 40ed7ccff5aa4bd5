import type { Collection, Where } from "chromadb";
import type { IndexHit } from "../index/episode-index.js";
import { rarestFirst } from "../index/rarest-first.js";

interface Search {
  /** 1 or more, none empty. */
  readonly words: readonly string[];
  /** Admits the entries of one user only. */
  readonly where: Where;
}

/**
 * The user's entries with any of some words, as `keywordSearch` orders them, found by reading them all. Chroma looks up
 * whose entries they are in an index of SQLite's.
 *
 * @param most - Entries to read.
 * @returns Null where there are more.
 */
export async function searchByReading(
  collection: Collection,
  { words, where }: Search,
  most: number,
): Promise<IndexHit[] | null> {
  const read = await collection.get({ where, limit: most + 1, include: ["documents"] });
  if (read.ids.length > most) return null;
  const texts = textsOf(read);
  const holders = words.map((word) => read.ids.filter((id) => texts.get(id)?.includes(word)));
  return inOrder(rarestFirst(holders, texts.size), texts);
}

/**
 * The same of any number of entries: Chroma is asked for the ids that hold each word, which are small, and then for the
 * few texts. It uses no index for words (`LIKE` with `ESCAPE`) and compares the documents of all users for each.
 *
 * @param limit - Entries to give.
 */
export async function searchByAsking(
  collection: Collection,
  { words, where }: Search,
  limit: number,
): Promise<IndexHit[]> {
  const holders = await Promise.all(
    words.map(async (word) => {
      const whereDocument = { $contains: word };
      return (await collection.get({ where, whereDocument, include: [] })).ids;
    }),
  );
  // How many entries there are Chroma does not say for nothing; as many as were found is near enough.
  const total = new Set(holders.flat()).size;
  const ids = rarestFirst(holders, total).slice(0, limit);
  if (ids.length === 0) return [];
  return inOrder(ids, textsOf(await collection.get({ ids, include: ["documents"] })));
}

function textsOf({
  ids,
  documents,
}: Pick<Awaited<ReturnType<Collection["get"]>>, "ids" | "documents">): Map<string, string> {
  return new Map(ids.map((id, place) => [id, documents[place] ?? ""]));
}

function inOrder(ids: readonly string[], texts: ReadonlyMap<string, string>): IndexHit[] {
  return ids.flatMap((id) => {
    const words = texts.get(id);
    return words === undefined ? [] : { id, words };
  });
}
