import { joinParts, type PromptTag } from "./quote.js";

/** A block of a prompt, and what the prompt says of it. Where there is no block, nothing is said of it either. */
export interface PromptPart {
  readonly tag: PromptTag;
  /** With its tags; empty to leave the part out. */
  readonly block: string;
  /** Follows the block's name and a colon. Names only tags that are in the block. */
  readonly explanation: string;
}

/** The parts that are there, for the list of what is given: `- <tag>: explanation`. */
export function explainParts(parts: readonly PromptPart[]): string {
  return parts
    .filter(({ block }) => block !== "")
    .map(({ tag, explanation }) => `- <${tag}>: ${explanation}`)
    .join("\n");
}

/** One part that is there: what is said of it, and the block. */
export function introducePart({ tag, block, explanation }: PromptPart): string {
  return `About <${tag}>: ${explanation}\n${block}`;
}

/** The blocks that are there, in this order. */
export function showParts(parts: readonly PromptPart[]): string {
  return joinParts(parts.map(({ block }) => block));
}

/** The sentences that hold, joined by spaces. */
export function sentences(...all: readonly (string | false)[]): string {
  return all.filter((each) => each !== false && each !== "").join(" ");
}
