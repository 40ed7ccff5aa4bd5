import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import { truncate } from "../../domain/text/truncate.js";
import type { PromptPart } from "../prompt-part.js";
import { quote } from "../quote.js";

/** Most of each of the two, in UTF-16 units. */
const shownLength = 1_500;

/** What the user wrote next in the thread, after the reply of that day that it answered; nothing where it is not known. */
export function nextMessageParts(reaction: AlignmentItem["reaction"]): PromptPart[] {
  if (reaction === null) return [];
  const { response, said } = reaction;
  return [
    {
      tag: "reply_given",
      block: response === null ? "" : quote("reply_given", truncate(response, shownLength)),
      explanation: "what was really answered on that day. It is not what you judge.",
    },
    {
      tag: "next_message",
      block: quote("next_message", truncate(said, shownLength)),
      explanation:
        "what the user wrote next on that day. It may react to the answer of that day, and so show what the user wanted, or begin something else.",
    },
  ];
}
