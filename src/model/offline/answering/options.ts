import { parseQuestion } from "../../../domain/lamp-question.js";

/** One allowed answer: as it must be spelled, and the text that tells what it stands for. */
export interface AnswerOption {
  readonly answer: string;
  readonly text: string;
}

/** A question that lists its answers, read for what it asks about and for them. */
export interface ClosedQuestion {
  readonly subject: string;
  readonly options: readonly AnswerOption[];
}

const oneOf =
  /\b(?:answer|reply|respond|choose|pick)\b[^.:\n]{0,60}?\b(?:one of|among|from|between)\b(?: (?:these|the following))?(?: \w+)?\s*:?\s*(?:\[(?<bracketed>[^\]]+)\]|(?<=:\s*)(?<plain>[^\n.?!]+))/i;

/** @returns `null` for an open question. */
export function readOptions(question: string): ClosedQuestion | null {
  const { subject, options } = parseQuestion(question);
  if (options !== null) {
    const references = readReferences(subject);
    return {
      subject: references.size > 0 ? (subject.split("\n[1]:")[0] ?? subject) : subject,
      options: options.map((answer) => ({ answer, text: references.get(answer) ?? answer })),
    };
  }
  const match = oneOf.exec(question);
  const listed = match?.groups?.["bracketed"] ?? match?.groups?.["plain"];
  if (match === null || listed === undefined) return null;
  const answers = listed
    .split(/\s*,\s*(?:or |and )?|\s+or\s+/)
    .map((answer) => answer.trim().replace(/^(["'`])(.*)\1$/, "$2"))
    .filter((answer) => answer !== "");
  if (answers.length < 2) return null;
  return {
    subject: question.replace(match[0], " ").trim() || question,
    options: answers.map((answer) => ({ answer, text: answer })),
  };
}

/** What the answers `[1]`, `[2]` … stand for where a question lists texts under them; empty for any other question. */
export function readReferences(subject: string): ReadonlyMap<string, string> {
  return new Map(
    [...subject.matchAll(/(\[\d+\]): "([\s\S]*?)"(?=\s*\[\d+\]: |\s*$)/g)].map(
      ([, number = "", title = ""]) => [number, title],
    ),
  );
}
