import { embedOffline, similarity } from "../offline-embeddings.js";
import { readOptions } from "./options.js";
import { countsAnswers, type ReadRequest, type ShownInteraction } from "./request-reading.js";
import { contentWords, isOwnStatement, sharedWords } from "../offline-words.js";

const signature = "(This is the offline model; it only quotes.)";
const mostInteractions = 2;
const mostLines = 2;
const quotedLength = 240;
/** How near a second text must be, as a part of the nearest one's nearness, to be worth a sentence. */
const alsoNear = 0.6;

/** Answers from what stands in the prompt by quoting what is nearest to the question; says so, and says when there is nothing. */
export function answerOpen(request: ReadRequest): string {
  const { question } = request;
  if (isOwnStatement(question)) return `Noted: ${quoted(question)}. ${signature}`;
  const ownWords = request.interactions.filter(
    (shown) => shown.trueAnswer !== null || !isQuestion(shown),
  );
  const interactions = asksAboutAnything(question)
    ? statements(ownWords).slice(0, mostInteractions)
    : nearest(
        ownWords,
        mostInteractions,
        question,
        (shown) => `${shown.question} ${shown.trueAnswer ?? ""}`,
      );
  const lines = nearest(
    [...request.preferences, ...request.summary.filter((line) => !countsAnswers.test(line))],
    mostLines,
    question,
    (line) => line,
  ).filter((line) => !interactions.some((shown) => line.includes(withoutStop(shown.question))));
  const findings = nearest(
    request.findings.flatMap((text) => text.split(/(?<=[.!?])\s+|\n+/)),
    1,
    question,
    (text) => text,
  );
  const sentences = [
    ...interactions.map(fromBefore),
    ...lines.map((line) => `What I know of you: ${sentence(line)}`),
    ...findings.map((text) => `I looked it up: ${sentence(text)}`),
  ];
  if (sentences.length === 0) {
    const known = request.interactions.length + request.summary.length + request.preferences.length;
    sentences.push(
      known === 0
        ? "I do not know anything of you yet, so I cannot answer this for you."
        : "Nothing that I remember of you bears on this.",
    );
  }
  return [...sentences, signature].join(" ");
}

/** What the user told of themselves, each once: the memory tool may find what the prompt holds already. */
function statements(interactions: readonly ShownInteraction[]): ShownInteraction[] {
  const own = interactions.filter((shown) => isOwnStatement(shown.question));
  return [...new Map(own.map((shown) => [shown.question, shown])).values()];
}

/** "What do you know about me?" shares no word with what is known. */
function asksAboutAnything(question: string): boolean {
  return contentWords(question).every((word) =>
    /^(?:know|remember|tell|think|say|said)$/.test(word),
  );
}

/** Whether the prompt holds anything that shares a word with the question. */
export function hasSomethingRelevant(request: ReadRequest): boolean {
  const texts = [
    ...request.interactions.map((shown) => `${shown.question} ${shown.trueAnswer ?? ""}`),
    ...request.preferences,
    ...request.summary,
  ];
  return texts.some((text) => sharedWords(text, request.question) > 0);
}

function nearest<T>(
  candidates: readonly T[],
  most: number,
  question: string,
  textOf: (candidate: T) => string,
): T[] {
  const asked = embedOffline(question);
  const seen = new Set<string>();
  const ranked = candidates
    .filter((candidate) => sharedWords(textOf(candidate), question) > 0)
    .map((candidate) => ({
      candidate,
      near: similarity(asked, embedOffline(textOf(candidate))),
    }))
    .toSorted((a, b) => b.near - a.near);
  const least = alsoNear * (ranked[0]?.near ?? 0);
  return ranked
    .filter(({ near }) => near >= least)
    .map(({ candidate }) => candidate)
    .filter((candidate) => !seen.has(textOf(candidate)) && seen.add(textOf(candidate)))
    .slice(0, most);
}

/** A question without a true answer is not quoted: what an assistant said to it tells nothing of the user. */
function isQuestion({ question }: ShownInteraction): boolean {
  return /\?\s*$/.test(question);
}

function fromBefore({ question, trueAnswer }: ShownInteraction): string {
  if (trueAnswer === null) return `You told me: ${quoted(question)}.`;
  const asked = readOptions(question)?.subject ?? question;
  return `You answered ${quoted(trueAnswer)} when you asked ${quoted(asked)}.`;
}

function quoted(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  const short =
    line.length <= quotedLength ? line : `${line.slice(0, quotedLength).toWellFormed()}…`;
  return `“${withoutStop(short)}”`;
}

function withoutStop(text: string): string {
  return text.trim().replace(/[.]$/, "");
}

function sentence(text: string): string {
  const line = text
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, 2 * quotedLength)
    .toWellFormed();
  return /[.!?…”"]$/.test(line) ? line : `${line}.`;
}
