import { type Episode, orderOfId } from "../episode.js";
import { parseQuestion } from "../lamp-question.js";
import { textTerms } from "../text/search-terms.js";
import type { RepeatedWords } from "./withdrawal.js";

/** One word of a long text may stand elsewhere by chance; two of them hardly do. */
const shortText = 12;
/** From so many letters on, a word that begins with another one is of its family: asthma, asthmatic. */
const familyLength = 5;

/**
 * The words that only this episode can have brought in: the user says them nowhere else, and no response before `since`
 * holds them, except the one just before in its thread, which may have asked for them. Also the episodes in which the user says the same, by at least half of the words.
 *
 * @param others - The user's other episodes, any order.
 * @param since - The earliest episode that said it, as far as known.
 */
export function findRepeatedWords(
  deleted: Episode,
  others: readonly Episode[],
  since: string,
): { readonly terms: string[]; readonly sameIn: string[] } {
  const own = userTerms(deleted);
  const asked = turnBefore(deleted, others);
  const elsewhere = new Set<string>();
  const sameIn: string[] = [];
  for (const other of others) {
    const said = userTerms(other);
    const shared = [...own].filter((term) => said.has(term));
    if (shared.length > 0 && shared.length * 2 >= own.size) sameIn.push(other.id);
    // An assistant that asks for a thing has not told it.
    const tells = other.id < since && other !== asked;
    const before = tells ? new Set(textTerms(other.response ?? "")) : null;
    for (const term of own) if (said.has(term) || before?.has(term)) elsewhere.add(term);
  }
  return { terms: [...own].filter((term) => !elsewhere.has(term)), sameIn: sameIn.toSorted() };
}

function turnBefore({ id, threadId }: Episode, others: readonly Episode[]): Episode | undefined {
  if (threadId === null) return undefined;
  return others
    .filter((other) => other.threadId === threadId && other.id < id)
    .reduce<Episode | undefined>(
      (last, each) => (last && last.id > each.id ? last : each),
      undefined,
    );
}

/** An id before all others: an undated item's texts have no earliest time either. */
const earliestId = "0".repeat(26);

/**
 * From which episode on a text can repeat this one. When an episode that is dated after the present was told is unknown,
 * so any text can.
 *
 * @param present - ISO 8601.
 */
export function toldSince(id: string, present: string): string {
  return orderOfId(id) > Date.parse(present) ? earliestId : id;
}

/** Whether a text of this time, ISO 8601, repeats the words. */
export function repeats(text: string, at: string, { terms, since }: RepeatedWords): boolean {
  return Date.parse(at) >= orderOfId(since) && holdsTerms(text, terms);
}

/** The episode without the responses that repeat the words; the same object if none does. */
export function withoutRepeats(episode: Episode, { terms, since }: RepeatedWords): Episode {
  const { id, response } = episode;
  if (id <= since) return episode;
  const isRepeated = response !== null && holdsTerms(response, terms);
  const replacedResponses = episode.replacedResponses.filter((text) => !holdsTerms(text, terms));
  if (!isRepeated && replacedResponses.length === episode.replacedResponses.length) return episode;
  return { ...(isRepeated ? withoutResponse(episode) : episode), replacedResponses };
}

/** The episode without the feedback that was inferred from another one; the same object if there is none. */
export function withoutInference(episode: Episode, fromId: string): Episode {
  if (episode.feedback?.inferred?.episodeId !== fromId) return episode;
  return { ...episode, groundTruth: null, feedback: null };
}

/** A true answer that is only the accepted response goes with it. */
export function withoutResponse(episode: Episode): Episode {
  const { response, groundTruth } = episode;
  const isAccepted = groundTruth !== null && groundTruth === response;
  return { ...episode, response: null, ...(isAccepted && { groundTruth: null, feedback: null }) };
}

/** An accepted response is not what the user said. */
function userTerms({ query, groundTruth, response, feedback }: Episode): Set<string> {
  const answer = groundTruth === null || groundTruth === response ? "" : groundTruth;
  const said = [parseQuestion(query).subject, answer, feedback?.reason ?? ""];
  return new Set(said.flatMap(textTerms));
}

function holdsTerms(text: string, terms: readonly string[]): boolean {
  if (terms.length === 0) return false;
  const found = [...new Set(textTerms(text))];
  const held = terms.filter((term) => found.some((word) => isSameFamily(term, word)));
  return held.length >= (terms.length > shortText ? 2 : 1);
}

function isSameFamily(a: string, b: string): boolean {
  if (a === b) return true;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= familyLength && long.startsWith(short);
}
