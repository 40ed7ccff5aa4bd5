/**
 * What the offline model learns: an answer that the user gives, or words that their own answers mention (then
 * `answer` is `null`), and the words of a question that tell when.
 */
export interface LearnedLine {
  readonly answer: string | null;
  readonly mentions: readonly string[];
  readonly when: readonly string[];
}

/** Few enough that a person reads them at a glance, and that a line stays under 280 characters. */
const mostWords = 6;
const mostWordsOfTexts = 4;
const longestWord = 24;
const longestAnswer = 60;

/**
 * Whether an answer may be one of a set: a longer one is a text of its own, one with quotes could not be read again,
 * and the number of a reference says nothing at another question.
 */
export function isChoice(answer: string): boolean {
  return answer.length <= longestAnswer && !/["\n]|^\[\d+\]$/.test(answer);
}

/** A number says nothing of what a text is about. */
export function isTelling(word: string): boolean {
  return word.length <= longestWord && !/^\d+$/.test(word);
}

/** Writes the line so that a person finds it sensible, `voteOfLine` counts it and `readLearnedLine` reads it again. */
export function writeLearnedLine({ answer, mentions, when }: LearnedLine): string {
  const condition = when.length === 0 ? "" : ` when the question mentions ${when.join(", ")}`;
  return answer === null
    ? `Prefers answers that mention ${mentions.join(", ")}${condition}.`
    : `Answers "${answer}"${condition}.`;
}

/** @returns `null` for a line in any other wording. */
export function readLearnedLine(text: string): LearnedLine | null {
  const groups =
    /^(?:Answers "(?<answer>[^"]+)"|Prefers answers that mention (?<mentions>.+?))(?: when the question mentions (?<when>.+))?\.$/.exec(
      text.trim(),
    )?.groups;
  if (groups === undefined) return null;
  return {
    answer: groups["answer"] ?? null,
    mentions: groups["mentions"]?.split(", ") ?? [],
    when: groups["when"]?.split(", ") ?? [],
  };
}

/** What a line has to say about questions and answers, without the words that put it together. */
export function gistOf(line: string): string {
  const learned = readLearnedLine(line);
  return learned === null ? line : [...learned.mentions, ...learned.when].join(" ");
}

/** Whether both are about the same answer, so that one line can say both. */
export function isAboutSame(a: LearnedLine, b: LearnedLine): boolean {
  return a.answer?.toLowerCase() === b.answer?.toLowerCase();
}

/** One line for both, the newer words first: of too many the older go. */
export function mergeLearned(newer: LearnedLine, older: LearnedLine): LearnedLine {
  return boundedLine({
    answer: newer.answer,
    mentions: [...new Set([...newer.mentions, ...older.mentions])],
    when: [...new Set([...newer.when, ...older.when])],
  });
}

/** The line with its first words only. */
export function boundedLine({ answer, mentions, when }: LearnedLine): LearnedLine {
  const most = answer === null ? mostWordsOfTexts : mostWords;
  return { answer, mentions: mentions.slice(0, most), when: when.slice(0, most) };
}
