import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import { truncate } from "../../domain/text/truncate.js";
import { quote } from "../quote.js";

/** Most of each of the two, in UTF-16 units. */
const shownLength = 1_500;

/** What the user wrote next in the thread, after the reply of that day that it answered; nothing where it is not known. */
export function renderNextMessage(reaction: AlignmentItem["reaction"]): string[] {
  if (reaction === null) return [];
  const { response, said } = reaction;
  return [
    response === null ? "" : quote("reply_given", truncate(response, shownLength)),
    quote("next_message", truncate(said, shownLength)),
  ];
}
