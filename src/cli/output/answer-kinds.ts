import { type AnswerKinds, lacksOptions, type Noticed } from "../../domain/scoring/answer-kinds.js";
import { counted } from "./figures.js";
import { printableLine } from "./printable.js";

/** `200 ratings, 12 open, 3 unanswered`; empty for no interaction. */
export function answersText({ choices, ratings, open, unanswered }: AnswerKinds): string {
  const counts: readonly (readonly [number, string])[] = [
    [choices, choices === 1 ? "choice" : "choices"],
    [ratings, ratings === 1 ? "rating" : "ratings"],
    [open, "open"],
    [unanswered, "without a true answer"],
  ];
  return counts
    .filter(([count]) => count > 0)
    .map(([count, name]) => `${count} ${name}`)
    .join(", ");
}

/** A line for each thing that makes scores say little, with what to do; none where nothing was noticed. */
export function answerWarnings(kinds: AnswerKinds): string[] {
  const { notAllowed, unlisted } = kinds;
  return [
    ...(lacksOptions(kinds)
      ? [
          `${unlisted.count} true answers are short and recur (${named(unlisted)}), but their questions say neither options nor a scale: an alignment would compare them as open text. Import again with --scale 1-5, or --options "a|b".`,
        ]
      : []),
    ...(notAllowed.count > 0
      ? [
          `${counted(notAllowed.count, "true answer")} ${notAllowed.count === 1 ? "is none that its question allows" : "are none that their questions allow"} (${named(notAllowed)}): an alignment would compare ${notAllowed.count === 1 ? "it" : "them"} as open text. Check options and scale.`,
        ]
      : []),
  ];
}

function named({ answers }: Noticed): string {
  return answers.map((answer) => `“${printableLine(answer, 30)}”`).join(", ");
}
