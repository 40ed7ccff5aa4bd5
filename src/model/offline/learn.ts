import { textScore } from "../../domain/scoring/rouge-l.js";
import type { PersonaUpdate } from "../../prompts/learning/textual-gradient.js";
import type { Critique } from "../../prompts/learning/textual-loss.js";
import { voteOfLine } from "./answer.js";
import { countWords } from "../../domain/text/split-words.js";
import { contentWords, sharedWords } from "./offline-words.js";
import {
  isSame,
  readBlocks,
  readExchanges,
  readLearnedLine,
  readLines,
  readQuestion,
  readTag,
} from "./read-prompt.js";

/** Few enough words that a person reads them at a glance. */
const mostWords = 6;
const isChange = /^(?:Added|Changed|Removed|Refused): /;
type Change = PersonaUpdate["proposals"][number]["changes"][number];
type LearnedLine = NonNullable<ReturnType<typeof readLearnedLine>>;
/** A question that was answered again, by its words, with the user's own answer. */
type Lesson = Pick<ReturnType<typeof readLesson>, "subject" | "words" | "answer" | "isRight">;

function writeLearnedLine({ answer, when }: LearnedLine): string {
  return `Answers "${answer}" when the question mentions ${when.join(", ")}.`;
}

/** Reads a question with both answers. */
function readLesson(text: string, isScoredRight: boolean) {
  const { subject } = readQuestion(readTag(text, "question"));
  const answer = readTag(text, "ground_truth");
  const simulated = readTag(text, "simulated_answer");
  const isRight = isScoredRight || isSame(answer, simulated);
  return { subject, words: contentWords(subject).filter(isTelling), answer, simulated, isRight };
}

/** What one lesson teaches; nothing where the answer is a text of its own or the number of a reference, which do not recur. */
function lineOf({ answer, words }: Pick<Lesson, "answer" | "words">): string {
  if (answer.length > 60 || /["\n]|^\[\d+\]$|^$/.test(answer)) return "";
  return writeLearnedLine({ answer, when: words.slice(0, 24) });
}

/**
 * What recurs in a batch, most wrong answers first: an answer with words that at least so many of its questions share
 * and hardly any other holds, and the numbers of the lessons that show it, from 1. Only where one was wrong.
 */
function findRecurring(lessons: readonly Lesson[], least = 2) {
  const choices = lessons.filter((lesson) => lineOf(lesson) !== "");
  const answers = new Map(choices.map(({ answer }) => [answer.toLowerCase(), answer]));
  const found = Array.from(answers.values(), (answer) => {
    const own = lessons.filter((lesson) => isSame(lesson.answer, answer));
    const others = lessons.filter((lesson) => !own.includes(lesson));
    const when = rankWords(own, others, least, (count, elsewhere) => count - 2 * elsewhere);
    const shown = own.filter(({ words }) => words.some((word) => when.includes(word)));
    const wrong = shown.filter(({ isRight }) => !isRight).length;
    const items = shown.map((lesson) => lessons.indexOf(lesson) + 1);
    // The same question asked twice shows a thing once.
    const isEnough = new Set(shown.map(({ subject }) => subject)).size >= least;
    return { answer, when: when.slice(0, mostWords), items, wrong: isEnough ? wrong : 0 };
  });
  return found
    .filter(({ wrong }) => wrong > 0)
    .toSorted((a, b) => b.wrong - a.wrong || b.items.length - a.items.length);
}

type Texts = readonly Pick<Lesson, "words">[];
type Score = (count: number, elsewhere: number) => number;

/** The words of `own` texts that score at least so much, by how many of them and of the others hold each; best first. */
export function rankWords(own: Texts, others: Texts, least: number, scoreOf: Score): string[] {
  const inOthers = countWords(others.flatMap(({ words }) => words));
  const score = ([word, count]: [string, number]) => scoreOf(count, inOthers.get(word) ?? 0);
  return [...countWords(own.flatMap(({ words }) => words))]
    .filter((each) => score(each) >= least)
    .toSorted((a, b) => score(b) - score(a) || (a[0] < b[0] ? -1 : 1))
    .map(([word]) => word);
}

/** A number says nothing of what a text is about. */
export function isTelling(word: string): boolean {
  return word.length <= 24 && !/^\d+$/.test(word);
}

/** Criticises one answer by looking for what in its prompt named the true answer, and what the simulated one. */
export function answerCritique(prompt: string): Critique {
  const lesson = readLesson(prompt, prompt.endsWith("\nScore: 1"));
  const { subject, answer, simulated, isRight, words } = lesson;
  const past = readExchanges(prompt, "interaction");
  const lines = [
    ...readLines(prompt, "learned_preferences"),
    ...readLines(prompt, "user_summary"),
    // Past interactions speak for an answer as lines do.
    ...past.map((each) => ({ text: `"${each.groundTruth}" ${each.question}`, number: 0 })),
  ];
  const naming = (said: string) => lines.filter(({ text }) => voteOfLine(text, said, subject) > 0);
  const right = naming(answer);
  const wrong = isRight ? [] : naming(simulated).filter((line) => !right.includes(line));
  const isKnown = past.some(({ question }) => sharedWords(question, subject) > 0);
  const gapOfNone = isKnown ? "missing" : "unexplained";
  const gap = isRight ? "none" : right[0] ? "unused" : wrong[0] ? "misleading" : gapOfNone;
  return {
    rightlyUsed: (isRight && right[0]?.text) || "",
    wrong: isRight ? "" : `Answered "${simulated}", not "${answer}".`,
    gap,
    towardsTruth: gap === "unexplained" ? "" : lineOf(lesson),
    searchKeywords: words.slice(0, 10).join(", "),
    priorInteractions: "",
    userDescription: "",
    linesThatHelped: right.flatMap(({ number }) => number || []),
    linesThatMisled: wrong.flatMap(({ number }) => number || []),
  };
}

/**
 * Rewrites learned lines by counting: what recurs is merged into the line there is for the same answer; a line that
 * misled more than it helped is written anew or goes. Keeps the lines when nearly all was right, when nothing recurs
 * that they do not say, and when it was rejected before.
 */
export function answerUpdate(prompt: string, system: string): PersonaUpdate {
  const limit = Number(/at most (\d+) lines/.exec(system)?.[1]);
  const lessons = readBlocks(prompt, "critique").map(({ attributes, inner }) =>
    readLesson(inner, attributes.includes(' score="1"')),
  );
  const lines = readLines(prompt, "current_lines").flatMap(({ note, ...line }) => {
    const [, helped, misled] = /helped (\d+), misled (\d+)/.exec(note) ?? [];
    const isMisleading = Number(misled) > Number(helped);
    return note === "" ? [] : { ...line, isMisleading, learned: readLearnedLine(line.text) };
  });
  const written = findRecurring(lessons).map((found): Change => {
    const current = lines.find(({ learned }) => isSame(learned?.answer, found.answer));
    const keepsEvidence = current?.isMisleading === false;
    // Of too many words the older go.
    const older = (keepsEvidence && current.learned?.when) || [];
    const when = [...new Set([...found.when, ...older])].slice(0, mostWords);
    const text = writeLearnedLine({ answer: found.answer, when });
    const [kind, line] = current ? ["change" as const, current.number] : ["add" as const, null];
    return { kind, line, text, tool: null, items: found.items, keepsEvidence };
  });
  const nothing = { text: null, tool: null, items: [], keepsEvidence: false };
  const removed = lines
    .filter((each) => each.isMisleading && !written.some(({ line }) => line === each.number))
    .map(({ number }): Change => ({ kind: "remove", line: number, ...nothing }));
  const rejected = readLines(prompt, "rejected_updates").filter(({ text }) => isChange.test(text));
  const changes = [...removed, ...written]
    .filter(({ line, text }) => {
      const before = lines.find(({ number }) => number === line)?.text;
      const change = text ?? `Removed: ${before}`;
      if (line === null && lines.length >= limit) return false;
      return change !== before && !rejected.some((each) => each.text.includes(change));
    })
    // A few at a time, so that their validation tells which were good.
    .slice(0, 3);
  const wrong = lessons.filter(({ isRight }) => !isRight).length;
  // One wrong answer shows nothing but chance, and without any line there would be no persona left to compare.
  const isEmptied = removed.length === lines.length && changes.length === removed.length;
  if (wrong < 2 || changes.length === 0 || isEmptied)
    return { pattern: "", decision: "keep", reason: "Nothing new recurs.", proposals: [] };
  const reason = `${wrong} of ${lessons.length} answers are wrong, and what is changed recurs in them.`;
  const proposals = [{ aim: "fewest-changes" as const, reason, changes }];
  return { pattern: "", decision: "change", reason, proposals };
}

/** Prefers the reply whose words are more like those of the true answer; it can tell no other difference. */
export function answerVerdict(prompt: string) {
  const truth = readTag(prompt, "ground_truth");
  const a = textScore(readTag(prompt, "reply_a"), truth);
  const b = textScore(readTag(prompt, "reply_b"), truth);
  return { reason: "By shared words.", better: a > b ? "a" : b > a ? "b" : "tie" };
}

/** One critique of paper mode, with the paper's three tips; `rewritePersona` reads its first two lines. */
export function writeFeedback(prompt: string): string {
  const lesson = readLesson(prompt, false);
  const words = lesson.words.slice(0, 10).join(", ");
  return `The answer is ${lesson.isRight ? "right" : "wrong"}.
Preference: ${lineOf(lesson)}
Search keywords: ${words}.
Profile: the user deals with ${words}.`;
}

/** The persona as it was, and the last eight things learned at its end: what recurs in the feedback, or else all it says. */
export function rewritePersona(prompt: string): string {
  const feedback = readTag(prompt, "feedback").split(/^Feedback \d+:$/m);
  const lessons = feedback.map((text) => {
    const learned = readLearnedLine(/^Preference: (.*)$/m.exec(text)?.[1] ?? "");
    const isRight = text.includes("The answer is right.");
    const words = learned?.when ?? [];
    return { subject: words.join(" "), answer: learned?.answer ?? "", words, isRight };
  });
  const recurring = findRecurring(lessons);
  const found = recurring.length > 0 ? recurring : findRecurring(lessons, 1);
  const persona = readTag(prompt, "system_prompt").split("\n");
  const learnedIn = (line: string) => readLearnedLine(line.replace(/^- /, ""));
  const all = [...found, ...persona.flatMap((line) => learnedIn(line) ?? [])];
  const lines = all.filter((one) => all.find(({ answer }) => isSame(answer, one.answer)) === one);
  return [
    // The tags of the summary come disarmed, and would say nothing to a reader.
    ...persona.filter((line) => !learnedIn(line) && !/^‹\/?user_summary>$/.test(line)),
    ...lines.slice(0, 8).map((line) => `- ${writeLearnedLine(line)}`),
  ].join("\n");
}
