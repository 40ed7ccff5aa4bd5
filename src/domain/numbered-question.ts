/** An answer that a question allows, as it is to be given (`[1]`), and the text that it stands for. */
export interface NumberedOption {
  readonly label: string;
  readonly text: string;
}

const optionPattern = /(\[\d+\]): "([\s\S]*?)"(?=\s*\[\d+\]: |\s*$)/g;
const questionPattern =
  /^(?<question>[\s\S]*)\nWhich of these answers suits me best\? Just answer with (?<labels>\[1\](?:, \[\d+\])* or \[\d+\]) without further explanation\. (?<options>\[1\]: "[\s\S]*)$/;

/** The options of a question that lists them as LaMP-1 does, `[1]: "..." [2]: "..."`; none for any other text. */
export function numberedOptions(question: string): NumberedOption[] {
  return Array.from(question.matchAll(optionPattern), ([, label = "", text = ""]) => ({
    label,
    text,
  }));
}

/** A question, and its possible answers in this order, numbered from 1: two or more. */
export function numberedQuestion(question: string, texts: readonly string[]): string {
  const labels = texts.map((_, place) => `[${place + 1}]`);
  const options = texts.map((text, place) => `${labels[place]}: "${text}"`).join(" ");
  return `${question}\nWhich of these answers suits me best? Just answer with ${labels.slice(0, -1).join(", ")} or ${labels.at(-1)} without further explanation. ${options}`;
}

/** Reads `numberedQuestion` back: what it asks about, options included, and the labels; `null` for any other text. */
export function readNumberedQuestion(
  text: string,
): { readonly subject: string; readonly options: readonly string[] } | null {
  const groups = questionPattern.exec(text)?.groups;
  if (groups === undefined) return null;
  const { question = "", labels = "", options = "" } = groups;
  return { subject: `${question}\n${options}`.trim(), options: labels.split(/, | or /) };
}
