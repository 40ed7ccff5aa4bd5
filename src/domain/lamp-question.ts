import { type AnswerScale, readStatedAnswers } from "./stated-answers.js";
import { readNumberedQuestion } from "./numbered-question.js";

/** A question, with its subject and its options. */
export interface ParsedQuestion {
  /** The LaMP task with this wording, as in its files' `task`; `null` for any other text. */
  readonly task: LampTask | null;
  /** The part that differs from other questions of the task, for retrieval. Never empty for a non-empty text. */
  readonly subject: string;
  /** The allowed answers, in the question's order; `null` when any text is allowed. */
  readonly options: readonly string[] | null;
  /** The scale that the answer is a number on, where the question names one and lists no options. */
  readonly scale: AnswerScale | null;
}

export type LampTask = "LaMP_1" | "LaMP_2N" | "LaMP_2M" | "LaMP_3";

/** The answer that each task asks for, as a label. */
export const lampAsks: Readonly<Record<LampTask, string>> = {
  LaMP_1: "reference cited by a paper",
  LaMP_2N: "category of an article",
  LaMP_2M: "tag of a movie",
  LaMP_3: "score of a review, 1 to 5",
};

const newsCategories =
  "women, religion, politics, style & beauty, entertainment, culture & arts, sports, science & technology, travel, business, crime, education, healthy living, parents, food & drink";
const movieTags =
  "sci-fi, based on a book, comedy, action, twist ending, dystopia, dark comedy, classic, psychology, fantasy, romance, thought-provoking, social commentary, violence, true story";

const lampPatterns: readonly { task: LampTask; pattern: RegExp }[] = [
  {
    task: "LaMP_1",
    pattern:
      /^For an author who has written the paper with the title "(?<subject>[\s\S]*)", which reference is related\?[\s\S]*?(?<refs>\[1\]: "[\s\S]*)$/,
  },
  {
    task: "LaMP_2N",
    pattern:
      /^Which category does this article relate to [\s\S]*?categories: \[(?<options>[^\]]*)\] article: (?<subject>[\s\S]*)$/,
  },
  {
    task: "LaMP_2M",
    pattern:
      /^Which tag does this movie relate to [\s\S]*?tags: \[(?<options>[^\]]*)\] description: (?<subject>[\s\S]*)$/,
  },
  {
    task: "LaMP_3",
    pattern:
      /^What is the score of the following review on a scale of 1 to 5\?[\s\S]*? review: (?<subject>[\s\S]*)$/,
  },
];

/**
 * Parses a question in LaMP's wordings (arXiv 2304.11406), or as `numberedQuestion` or `withStatedAnswers` write one. Any
 * other text is its own subject and has no options: what its words may say is read only beside a true answer
 * (`allowedAnswers`), because guessing options from prose would turn an open question into a closed one.
 */
export function parseQuestion(text: string): ParsedQuestion {
  for (const { task, pattern } of lampPatterns) {
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined) continue;
    const subject = groups["subject"]?.trim() ?? "";
    if (task === "LaMP_1")
      return {
        task,
        subject: `${subject}\n${groups["refs"] ?? ""}`.trim(),
        options: ["[1]", "[2]"],
        scale: null,
      };
    const options =
      task === "LaMP_3"
        ? ["1", "2", "3", "4", "5"]
        : (groups["options"] ?? "").split(",").map((option) => option.trim());
    return { task, subject: subject === "" ? text : subject, options, scale: null };
  }
  const none = { task: null, subject: text, options: null, scale: null };
  return { ...none, ...(readNumberedQuestion(text) ?? readStatedAnswers(text)) };
}

/**
 * The subject of a LaMP question as a user's history has it: the article, the description, the review, the paper's
 * title. Of any other question the text, without the answers that `withStatedAnswers` names.
 */
export function lampSubject(question: string): string {
  for (const { pattern } of lampPatterns) {
    const subject = pattern.exec(question)?.groups?.["subject"];
    if (subject !== undefined) return subject.trim();
  }
  return readStatedAnswers(question)?.subject ?? question;
}

/**
 * The question of a task about one item of a history, in LaMP's exact wording.
 *
 * @param labels - The allowed answers of 2N and 2M, for sets that have labels of their own.
 */
export function lampQuestion(
  task: Exclude<LampTask, "LaMP_1">,
  text: string,
  labels?: readonly string[],
): string {
  switch (task) {
    case "LaMP_2N":
      return `Which category does this article relate to among the following categories? Just answer with the category name without further explanation. categories: [${labels?.join(", ") ?? newsCategories}] article: ${text}`;
    case "LaMP_2M":
      return `Which tag does this movie relate to among the following tags? Just answer with the tag name without further explanation. tags: [${labels?.join(", ") ?? movieTags}] description: ${text}`;
    case "LaMP_3":
      return `What is the score of the following review on a scale of 1 to 5? just answer with 1, 2, 3, 4, or 5 without further explanation. review: ${text}`;
  }
}
