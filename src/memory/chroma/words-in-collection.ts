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
 * The user's entries with any of some words, as `keywordSearch` orders them. All of the user's are read and compared here,
 * because Chroma looks up whose entries they are in an index of SQLite's, but has none for words.
 *
 * @param most - Entries to read.
 * @returns Null where there are more.
 */
export async function searchAll(
  collection: Collection,
  { words, where }: Search,
  most: number,
): Promise<IndexHit[] | null> {
  const read = await collection.get({ where, limit: most + 1, include: ["documents"] });
  return read.ids.length > most ? null : rank(read, words);
}

/**
 * The same of any number of entries: only those with one of the words are read. Chroma compares the documents of all users
 * with one pattern; `$contains` for each word would be a reading of them for each.
 */
export async function searchMatching(
  collection: Collection,
  { words, where }: Search,
): Promise<IndexHit[]> {
  const whereDocument = { $regex: words.map(escapePattern).join("|") };
  return rank(await collection.get({ where, whereDocument, include: ["documents"] }), words);
}

type Read = Pick<Awaited<ReturnType<Collection["get"]>>, "ids" | "documents">;

function rank({ ids, documents }: Read, words: readonly string[]): IndexHit[] {
  const texts = new Map(ids.map((id, place) => [id, documents[place] ?? ""]));
  const holders = words.map((word) => ids.filter((id) => texts.get(id)?.includes(word)));
  return rarestFirst(holders, ids.length).map((id) => ({ id, words: texts.get(id) ?? "" }));
}

function escapePattern(word: string): string {
  return word.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
