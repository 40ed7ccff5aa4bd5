import type { PersonaLine } from "../../domain/persona/persona-checkpoint.js";
import { unquoted } from "../quote.js";

/**
 * Learned lines by number, from 1, one on each line of text; empty for none.
 *
 * @param note - What stands in brackets after a line's tool, if anything.
 */
export function numberedLines(
  lines: readonly PersonaLine[],
  note: (line: PersonaLine, number: number) => string = () => "",
): string {
  return lines
    .map((line, index) => {
      const about = line.tool === null ? "" : `about the tool ${line.tool}`;
      const notes = [about, note(line, index + 1)].filter((each) => each !== "").join("; ");
      return `${index + 1}. ${unquoted(line.text)}${notes === "" ? "" : ` [${unquoted(notes)}]`}`;
    })
    .join("\n");
}
