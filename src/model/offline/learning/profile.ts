import type { BaseMessage } from "@langchain/core/messages";
import { profileAnswerSchema, type ProfileAnswer } from "../../../prompts/learning/profile.js";
import { readOptions } from "../answering/options.js";
import { readHistory, type ShownItem } from "../answering/request-reading.js";
import { contentWords } from "../offline-words.js";

export const mostStatements = 12;
const mostItems = 12;
/** Most words that one statement names: of an answer, and of the user's interests. */
export const mostWords = { answer: 8, interests: 16 } as const;
export const mostSayings = 3;
const ownWords =
  /(?:^|[.!?]\s+)((?:I|I['’]m|I['’]ve)\s+(?:am|was|have|like|love|prefer|hate|dislike|enjoy|always|never|usually|want|need|cannot|can['’]t|don['’]t)\b[^.!?\n]{3,160}[.!?]?)/i;

/**
 * Describes a user by counting: which answers are usual, which words go with each answer, what the user said
 * in the first person, and what the items are about. The sentences are such that `answerClosed` can use them.
 */
export function answerProfile(messages: readonly BaseMessage[]): ProfileAnswer {
  const { items, ...counted } = readHistory(messages);
  const choices = rankChoices(counted);
  const statements = [
    ...sayings(items),
    ...aboutAnswers(items, choices),
    ...interests(items, choices.ranked.length > 0),
  ];
  return profileAnswerSchema.parse({ statements: statements.slice(0, mostStatements) });
}

type Statement = ProfileAnswer["statements"][number];

/** The answers that return, most frequent first, and how many there are of all. */
export interface Choices {
  readonly ranked: readonly (readonly [answer: string, count: number])[];
  readonly total: number;
}

/** None is ranked where answers hardly ever return: they are texts of their own then, not choices. */
export function rankChoices(counted: {
  readonly counts: ReadonlyMap<string, number>;
  readonly others: number;
}): Choices {
  const { counts, others } = counted;
  const total = [...counts.values()].reduce((sum, count) => sum + count, others);
  const ranked = [...counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return { ranked: ranked.length <= Math.max(2, total / 2) ? ranked : [], total };
}

/** @param rank - From 0, the most frequent answer. */
export function sayAnswer(
  answer: string,
  { rank, count, total }: { readonly rank: number; readonly count: number; readonly total: number },
  words: readonly string[],
): string {
  const how = rank === 0 ? "Usually answers" : "Answers";
  const when =
    words.length === 0 ? "" : `, most of all to texts with words like ${words.join(", ")}`;
  return `${how} "${answer}" (${count} of ${total})${when}.`;
}

export function sayInterests(words: readonly string[]): string {
  return `Often concerned with ${words.join(", ")}.`;
}

function aboutAnswers(items: readonly ShownItem[], { ranked, total }: Choices): Statement[] {
  return ranked.flatMap(([answer, count], rank) => {
    const own = items.filter((item) => item.trueAnswer === answer);
    if (own.length === 0 || answer.length > 60) return [];
    const others = items.filter((item) => item.trueAnswer !== null && item.trueAnswer !== answer);
    const words = characteristicWords(own, others);
    return [{ text: sayAnswer(answer, { rank, count, total }, words), items: numbers(own) }];
  });
}

/**
 * Words by log-odds of standing in an item of this answer against the others, in units of their standard
 * error, so that a word seen twice does not outdo one seen often.
 */
function characteristicWords(own: readonly ShownItem[], others: readonly ShownItem[]): string[] {
  const inOwn = itemCounts(own);
  const inOthers = itemCounts(others);
  const odds = (count: number, all: number) => Math.log((count + 0.5) / (all - count + 0.5));
  return [...inOwn]
    .filter(([, count]) => count >= 2)
    .map(([word, count]) => {
      const elsewhere = inOthers.get(word) ?? 0;
      const gap = odds(count, own.length) - odds(elsewhere, others.length);
      return { word, score: gap / Math.sqrt(1 / (count + 0.5) + 1 / (elsewhere + 0.5)) };
    })
    .filter(({ score }) => score > 0.5)
    .toSorted((a, b) => b.score - a.score || (a.word < b.word ? -1 : 1))
    .slice(0, mostWords.answer)
    .map(({ word }) => word);
}

function itemCounts(items: readonly ShownItem[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { question } of items)
    // The options stand in every question of a kind, and tell none from another.
    for (const word of contentWords(readOptions(question)?.subject ?? question))
      counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** What the user said of themselves, latest first, word for word. */
function sayings(items: readonly ShownItem[]): Statement[] {
  return items
    .toReversed()
    .flatMap((item) => {
      const said = ownWords.exec(item.question)?.[1]?.trim();
      return said === undefined ? [] : [{ text: `Said: “${said}”`, items: [item.number] }];
    })
    .slice(0, mostSayings);
}

/** What many items have in common. Where answers are texts, their words count too: they are what the user chose. */
function interests(items: readonly ShownItem[], isChoice: boolean): Statement[] {
  const texts = items.map((item) => ({
    ...item,
    question: isChoice ? item.question : `${item.question} ${item.trueAnswer ?? ""}`,
  }));
  const words = [...itemCounts(texts)]
    .filter(([word, count]) => count >= 2 && count >= items.length * 0.05 && !/^\d+$/.test(word))
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, mostWords.interests)
    .map(([word]) => word);
  if (words.length === 0) return [];
  const about = texts.filter(({ question }) =>
    contentWords(question).some((word) => words.includes(word)),
  );
  return [{ text: sayInterests(words), items: numbers(about) }];
}

/** The latest items: the newest evidence is the best. */
function numbers(items: readonly ShownItem[]): number[] {
  return items.slice(-mostItems).map((item) => item.number);
}
