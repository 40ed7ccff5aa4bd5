import { askedQuestion } from "./asked-question.js";
import type { Episode } from "./episode.js";
import { parseQuestion } from "./lamp-question.js";
import type { StatedQuestion } from "./stated-answers.js";
import { allowedAnswers } from "./scoring/allowed-answers.js";
import { splitWords } from "./text/split-words.js";

/** How the note begins that code adds to a statement of a profile: `[counted: 5 ×4, 4 ×1]`. */
export const countsMark = "[counted: ";

const note = /\s*\[counted: ([^\]]*)\]?/g;
/** Words between quotation marks of any language but single ones, which are apostrophes too. */
const quotedText = /["“”„«»‹›「『]([^"“”„«»‹›「」『』]{2,60})["“”»«›‹」』]/gu;
const mostWords = 4;

type Answered = StatedQuestion & Pick<Episode, "id" | "groundTruth">;

/** A statement without its note, and what the note says; empty where it has none. */
export function splitCounts(statement: string): { readonly text: string; readonly counts: string } {
  const [first] = statement.matchAll(note);
  return { text: statement.replaceAll(note, "").trim(), counts: first?.[1] ?? "" };
}

/**
 * A statement with the user's true answers in the episodes that it cites, counted: for each word of theirs that it quotes,
 * or else for all of them. As it is where none of them answers a question that lists its answers.
 *
 * @param text - Without a note.
 * @param evidence - Ids of the episodes that it cites.
 * @param episodes - Those of them that are known, among others.
 */
export function withCounts(
  text: string,
  evidence: readonly string[],
  episodes: readonly Answered[],
): string {
  const cited = choicesAmong(episodes).filter(({ id }) => evidence.includes(id));
  const byWord = quotedWords(text, episodes).flatMap((word) => {
    const counts = countAnswers(cited.filter(({ words }) => words.includes(` ${word} `)));
    return counts === "" ? [] : [`"${word}" ${counts}`];
  });
  const counts = byWord.length > 0 ? byWord.join("; ") : countAnswers(cited);
  return counts === "" ? text : `${text} ${countsMark}${counts}]`;
}

/**
 * Ids of the latest episodes whose questions hold a word that the statement quotes, as many for each word: it speaks of
 * them, cited or not.
 *
 * @param episodes - Oldest first.
 * @param limit - Of all words together.
 */
export function episodesQuoted(
  text: string,
  episodes: readonly Answered[],
  limit: number,
): string[] {
  const words = quotedWords(text, episodes);
  if (words.length === 0) return [];
  const choices = choicesAmong(episodes);
  const found = words.flatMap((word) =>
    choices
      .filter((choice) => choice.words.includes(` ${word} `))
      .slice(-Math.floor(limit / words.length))
      .map(({ id }) => id),
  );
  return [...new Set(found)];
}

/** What the user chose among answers that a question lists; numbers of options mean something else in each question. */
function choicesAmong(episodes: readonly Answered[]) {
  return episodes.flatMap((episode) => {
    const { id, query, groundTruth } = episode;
    const answer = groundTruth?.trim() ?? "";
    if (/[[\]]/.test(answer) || allowedAnswers(askedQuestion(episode), answer) === null) return [];
    return [{ id, answer, words: ` ${splitWords(parseQuestion(query).subject).join(" ")} ` }];
  });
}

/** Folded; not the answers themselves, which a statement quotes as well. */
function quotedWords(text: string, episodes: readonly Answered[]): string[] {
  const answers = new Set(episodes.map(({ groundTruth }) => folded(groundTruth ?? "")));
  const words = Array.from(text.matchAll(quotedText), ([, words = ""]) => folded(words));
  const telling = words.filter((each) => each !== "" && !answers.has(each));
  return [...new Set(telling)].slice(0, mostWords);
}

function folded(text: string): string {
  return splitWords(text).join(" ");
}

/** `5 ×4, 4 ×1`, most frequent first. */
function countAnswers(choices: readonly { readonly answer: string }[]): string {
  const counts = new Map<string, number>();
  for (const { answer } of choices) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([answer, count]) => `${answer} ×${count}`)
    .join(", ");
}
