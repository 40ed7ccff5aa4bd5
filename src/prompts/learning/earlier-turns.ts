import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import { truncate } from "../../domain/text/truncate.js";
import type { PromptPart } from "../prompt-part.js";
import { quote, quoteBlock } from "../quote.js";

/** Most of one text, in UTF-16 units. */
const shownLength = 1_000;

/** What was said in the thread before the question, oldest first. */
export function earlierTurnsPart(earlier: AlignmentItem["earlier"]): PromptPart {
  const shown = (text: string) => truncate(text, shownLength);
  const turns = earlier.flatMap(({ query, response }) => [
    quote("question", shown(query)),
    quote("response", shown(response)),
  ]);
  return {
    tag: "earlier_turns",
    block: turns.length === 0 ? "" : quoteBlock("earlier_turns", turns.join("\n")),
    explanation:
      "what the user and the assistant said before in the same conversation, which the question may refer to.",
  };
}
