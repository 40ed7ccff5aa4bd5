import type { Episode } from "./episode.js";
import { parseQuestion } from "./lamp-question.js";
import { textTerms } from "./text/search-terms.js";
import { storableText } from "./text/storable-text.js";

/** What is needed of an episode to tell whether another one speaks of the same. */
export type Statement = Pick<Episode, "id" | "at" | "query" | "groundTruth"> & {
  /** Text of others, `foreign`, makes nothing outdated. */
  readonly source?: Episode["source"];
};

/** From here on two texts speak of much the same: "I live in Paris", "I live in Lyon" share one term of two. */
const sameFrom = 0.5;
/** Of a longer text the beginning tells. UTF-16 units. */
const comparedLength = 1_000;
const asks = /[?？؟]\s*$/;

/**
 * Puts the newer before the older of episodes that speak of much the same; all others keep their places. Told by the
 * terms that search compares, without a model, so it may be wrong: it moves and marks, and leaves nothing out.
 *
 * @param items - Best first. Undated ones stay where they are.
 */
export function newerFirst<T>(items: readonly T[], statementOf: (item: T) => Statement): T[] {
  const statements = items.map((item, place) => ({ ...withTerms(statementOf(item)), item, place }));
  const left = new Set(statements.filter(({ tells }) => tells));
  const ordered = [...items];
  for (const best of left) {
    const same = [...left].filter((other) => other === best || speakOfSame(best, other));
    const newest = same.toSorted((a, b) => (a.id < b.id ? 1 : -1)).map(({ item }) => item);
    for (const [rank, one] of same.entries()) {
      ordered.splice(one.place, 1, ...newest.slice(rank, rank + 1));
      left.delete(one);
    }
  }
  return ordered;
}

/** For each episode that a newer one of these may have made outdated: the id of the newest such. */
export function newerStatements(episodes: readonly Statement[]): ReadonlyMap<string, string> {
  const statements = episodes.map(withTerms);
  const pairs = statements.flatMap((older) => {
    const newer = statements
      .filter((other) => other.tells && other.id > older.id && speakOfSame(older, other))
      .map(({ id }) => id)
      .toSorted()
      .at(-1);
    return newer === undefined ? [] : [[older.id, newer] as const];
  });
  return new Map(pairs);
}

interface Compared extends Statement {
  readonly terms: ReadonlySet<string>;
  /** Whether it says anything of the user: a statement does, and an answered question; asking alone does not. */
  readonly tells: boolean;
}

function withTerms(statement: Statement): Compared {
  const { query, groundTruth, source } = statement;
  const text = storableText(query, comparedLength);
  // A question of a benchmark is about a text: two answers to one may both stand, such as two tags of one film.
  const terms = parseQuestion(query).task === null ? textTerms(text) : [];
  return {
    ...statement,
    terms: new Set(terms),
    tells: source !== "foreign" && (groundTruth !== null || !asks.test(text)),
  };
}

function speakOfSame(a: Compared, b: Compared): boolean {
  if (a.at === null || b.at === null) return false;
  const shared = [...a.terms].filter((term) => b.terms.has(term)).length;
  return shared > 0 && 2 * shared >= sameFrom * (a.terms.size + b.terms.size);
}
