import type { BaseMessage } from "@langchain/core/messages";
import {
  profileRevisionSchema,
  type ProfileRevision,
} from "../../../prompts/learning/profile-revision.js";
import {
  answerProfile,
  type Choices,
  mostSayings,
  mostStatements,
  mostWords,
  rankChoices,
  sayAnswer,
  sayInterests,
} from "./profile.js";
import { readHistory, readStatements } from "../answering/request-reading.js";

/** What a statement is about; `other` for one that another model or a person wrote. */
type Topic =
  | { readonly kind: "saying" | "other"; readonly text: string }
  | { readonly kind: "answer"; readonly answer: string; readonly words: readonly string[] }
  | { readonly kind: "interests"; readonly words: readonly string[] };

interface Entry {
  readonly topic: Topic;
  readonly earlier: readonly number[];
  readonly items: readonly number[];
}

/**
 * Brings a profile up to date by counting: what `answerProfile` says of the new items is joined to the present
 * statement about the same thing, and every count is taken from the counts of the whole history. A statement about an
 * answer that is not counted any more goes; one that is not ours stays as it is.
 */
export function reviseProfile(messages: readonly BaseMessage[]): ProfileRevision {
  const entries = new Map<string, Entry>();
  // The new ones first, so that what the user said last comes first.
  for (const { text, items } of answerProfile(messages).statements) {
    const topic = topicOf(text);
    entries.set(keyOf(topic), { topic, earlier: [], items });
  }
  for (const { text, number } of readStatements(messages)) {
    const topic = topicOf(text);
    const known = entries.get(keyOf(topic));
    entries.set(keyOf(topic), {
      topic: known === undefined ? topic : joined(topic, known.topic),
      earlier: [...(known?.earlier ?? []), number],
      items: known?.items ?? [],
    });
  }
  const revisedStatements = [
    ...said(entries, "saying").slice(0, mostSayings),
    ...aboutAnswers(entries, rankChoices(readHistory(messages))),
    ...said(entries, "interests"),
    ...said(entries, "other"),
  ].slice(0, mostStatements);
  return profileRevisionSchema.parse({ revisedStatements });
}

const aboutAnswer =
  /^(?:Usually answers|Answers) "(.+)" \(\d+ of \d+\)(?:, most of all to texts with words like (.+))?\.$/;

function topicOf(text: string): Topic {
  if (/^Said: “.*”$/.test(text)) return { kind: "saying", text };
  const [, interests] = /^Often concerned with (.+)\.$/.exec(text) ?? [];
  if (interests !== undefined) return { kind: "interests", words: interests.split(", ") };
  const [, answer, words] = aboutAnswer.exec(text) ?? [];
  if (answer === undefined) return { kind: "other", text };
  return { kind: "answer", answer, words: words?.split(", ") ?? [] };
}

function keyOf(topic: Topic): string {
  if (topic.kind === "interests") return topic.kind;
  return `${topic.kind} ${topic.kind === "answer" ? topic.answer : topic.text}`;
}

/** Two about the same thing: words that both name come first, because they held again, then the earlier ones. */
function joined(before: Topic, after: Topic): Topic {
  if (!("words" in before && "words" in after)) return before;
  const again = before.words.filter((word) => after.words.includes(word));
  const words = [...new Set([...again, ...before.words, ...after.words])];
  return { ...before, words: words.slice(0, mostWords[before.kind]) };
}

function aboutAnswers(entries: ReadonlyMap<string, Entry>, { ranked, total }: Choices) {
  return ranked.flatMap(([answer, count], rank) => {
    const entry = entries.get(keyOf({ kind: "answer", answer, words: [] }));
    if (entry?.topic.kind !== "answer") return [];
    const { topic, ...numbers } = entry;
    return [{ ...numbers, text: sayAnswer(answer, { rank, count, total }, topic.words) }];
  });
}

function said(entries: ReadonlyMap<string, Entry>, kind: "saying" | "interests" | "other") {
  return [...entries.values()].flatMap(({ topic, ...numbers }) => {
    if (topic.kind !== kind) return [];
    return [{ ...numbers, text: "words" in topic ? sayInterests(topic.words) : topic.text }];
  });
}
