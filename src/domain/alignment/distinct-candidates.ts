import type { PersonaLine } from "../persona/persona-checkpoint.js";
import { likeness, wordsIn } from "../text/text-similarity.js";
import { lineContents } from "./rejected-updates.js";

/** From here on, two wordings are taken for one. */
const sameLikeness = 0.85;

/** Whether two lists of lines say the same in nearly the same words, so that asking items under both tells nothing. */
export function sayAlike(a: readonly PersonaLine[], b: readonly PersonaLine[]): boolean {
  if (lineContents(a) === lineContents(b)) return true;
  if (a.length !== b.length) return false;
  return a.every((line) =>
    b.some(
      (other) =>
        other.tool === line.tool &&
        likeness(wordsIn(other.text), wordsIn(line.text)) >= sameLikeness,
    ),
  );
}
