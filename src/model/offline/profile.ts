import type { BaseMessage } from "@langchain/core/messages";
import { profileAnswerSchema, type ProfileAnswer } from "../../prompts/profile.js";
import { readOptions } from "./options.js";
import { readHistory, type ShownItem } from "./request-reading.js";
import { contentWords } from "./words.js";

const mostStatements = 12;
const mostItems = 12;
const shownWords = 8;
const mostSayings = 3;
const ownWords =
  /(?:^|[.!?]\s+)((?:I|I['’]m|I['’]ve)\s+(?:am|was|have|like|love|prefer|hate|dislike|enjoy|always|never|usually|want|need|cannot|can['’]t|don['’]t)\b[^.!?\n]{3,160}[.!?]?)/i;

/**
 * Describes a user by counting: which answers are usual, which words go with each answer, what the user said
 * in the first person, and what the items are about. The sentences are such that `answerClosed` can use them.
 */
export function answerProfile(messages: readonly BaseMessage[]): ProfileAnswer {
  const { items, counts, others } = readHistory(messages);
  const total = [...counts.values()].reduce((sum, count) => sum + count, others);
  const ranked = [...counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  // Answers that hardly ever return are texts of their own, not choices.
  const isChoice = ranked.length > 0 && ranked.length <= Math.max(2, total / 2);
  const statements = [
    ...sayings(items),
    ...(isChoice ? aboutAnswers(items, ranked, total) : []),
    ...interests(items, isChoice),
  ];
  return profileAnswerSchema.parse({ statements: statements.slice(0, mostStatements) });
}

type Statement = ProfileAnswer["statements"][number];

function aboutAnswers(
  items: readonly ShownItem[],
  ranked: readonly (readonly [string, number])[],
  total: number,
): Statement[] {
  return ranked.flatMap(([answer, count], rank) => {
    const own = items.filter((item) => item.trueAnswer === answer);
    if (own.length === 0 || answer.length > 60) return [];
    const others = items.filter((item) => item.trueAnswer !== null && item.trueAnswer !== answer);
    const words = characteristicWords(own, others);
    const share = `"${answer}" (${count} of ${total})`;
    const how = rank === 0 ? "Usually answers" : "Answers";
    const when =
      words.length === 0 ? "" : `, most of all to texts with words like ${words.join(", ")}`;
    return [{ text: `${how} ${share}${when}.`, items: numbers(own) }];
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
    .slice(0, shownWords)
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
    .slice(0, 2 * shownWords)
    .map(([word]) => word);
  if (words.length === 0) return [];
  const about = texts.filter(({ question }) =>
    contentWords(question).some((word) => words.includes(word)),
  );
  return [{ text: `Often concerned with ${words.join(", ")}.`, items: numbers(about) }];
}

/** The latest items: the newest evidence is the best. */
function numbers(items: readonly ShownItem[]): number[] {
  return items.slice(-mostItems).map((item) => item.number);
}
