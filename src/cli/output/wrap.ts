import { printable } from "../cli-context.js";

/** Lines of at most `width` characters, broken at spaces; a model's own line breaks are kept. */
export function wrap(text: string, width: number): string[] {
  const paragraphs = printable(text).trim().split("\n");
  return paragraphs.flatMap((paragraph) => {
    const lines: string[] = [];
    let line = "";
    for (const word of paragraph.split(/\s+/)) {
      if (line !== "" && line.length + 1 + word.length > width) {
        lines.push(line);
        line = "";
      }
      line = line === "" ? word : `${line} ${word}`;
    }
    return [...lines, line];
  });
}
