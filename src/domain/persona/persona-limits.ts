import type { PersonaLine } from "./persona-checkpoint.js";
import { estimateTokens } from "../text/storable-text.js";

/** How much a user's persona may learn. Its lines stand in the prompt of every turn, so each is paid for every time. */
export interface PersonaLimits {
  readonly maxLines: number;
  /** Over all lines together, estimated. */
  readonly maxTokens: number;
  /** Of one line, in UTF-16 units. */
  readonly maxLineLength: number;
  /** Episodes that one line cites; of more the latest stay, because they say what the user is like now. */
  readonly maxEvidence: number;
  /** Of the whole persona that paper mode writes as free text, estimated. */
  readonly maxPaperTokens: number;
}

/**
 * - Eight lines: by hand, six were enough for a user; many lines are many chances to mislead, and a validation
 *   of a few dozen items cannot tell the useful ones of twenty.
 * - 320 tokens: eight lines of 160 characters, so that with a short summary the persona stays near 400.
 * - 280 characters a line: a condition and a consequence fit; an essay on one item does not.
 * - The paper bounds its persona nowhere. 1,500 tokens are several times a detailed one, and stop a model in a loop.
 */
export const defaultPersonaLimits: PersonaLimits = {
  maxLines: 8,
  maxTokens: 320,
  maxLineLength: 280,
  maxEvidence: 16,
  maxPaperTokens: 1_500,
};

/** What lines cost in a prompt, estimated. */
export function personaTokens(lines: readonly Pick<PersonaLine, "text">[]): number {
  return lines.reduce((sum, { text }) => sum + estimateTokens(`- ${text}\n`), 0);
}
