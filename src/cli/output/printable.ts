import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

/** Text of users and models, without what would move a terminal's cursor or change its state. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}

/** The same on one line. */
export function oneLine(text: string): string {
  return printable(text.replaceAll(/\s+/g, " ").trim());
}

/** The same, cut to `width` columns of a terminal: a Chinese character or an emoji takes two. */
export function printableLine(text: string, width: number): string {
  const line = oneLine(text);
  if (stringWidth(line) <= width) return line;
  const [start = ""] = wrapAnsi(line, Math.max(1, width - 1), {
    hard: true,
    wordWrap: false,
  }).split("\n");
  return `${start}…`;
}

/** Lines of at most `width` columns, broken at spaces, else between characters; line breaks of the text stay. */
export function wrap(text: string, width: number): string[] {
  const spaced = printable(text)
    .trim()
    .replaceAll(/[^\S\n]+/g, " ");
  return wrapAnsi(spaced, width, { hard: true }).split("\n");
}

/** Filled with spaces to `width` columns. */
export function padColumns(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}
