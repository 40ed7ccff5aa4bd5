import { PersonaAgentError } from "../../system/errors.js";

/**
 * Text that every store and every model takes: NUL removed, lone surrogates replaced by U+FFFD
 * (PostgreSQL refuses both), cut to at most `maxLength` UTF-16 units without splitting a code point.
 */
export function storableText(text: string, maxLength: number): string {
  const clean = text.replaceAll("\0", "").toWellFormed();
  if (clean.length <= maxLength) return clean;
  const last = clean.charCodeAt(maxLength - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return clean.slice(0, splitsPair ? maxLength - 1 : maxLength);
}

/**
 * A rough count of a text's tokens, never below what the usual tokenizers give for English prose:
 * one token for every four UTF-8 bytes, rounded up. Budgets use it, because loading a tokenizer costs
 * more than the turn it would serve, and other vendors' tokenizers differ anyway.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

/** The longest message or imported text taken whole, in UTF-16 units; more is refused, not cut. */
export const maxTextLength = 200_000;

/**
 * Checks a text that a person sent.
 *
 * @throws {PersonaAgentError} `config-message-invalid` when it is empty, too long, or holds NUL or a lone surrogate.
 */
export function parseMessageText(text: unknown, what = "The message"): string {
  if (typeof text !== "string")
    throw refused(`${what} is not text; expected a non-empty string. Send text.`);
  if (text.trim() === "") throw refused(`${what} is empty; expected some text. Write something.`);
  if (text.length > maxTextLength)
    throw refused(
      `${what} is ${text.length} characters long; at most ${maxTextLength} are taken. Shorten it or split it.`,
    );
  if (text.includes("\0"))
    throw refused(`${what} holds a NUL character; expected plain text. Remove it.`);
  if (!text.isWellFormed())
    throw refused(
      `${what} holds half of a surrogate pair; expected valid Unicode. Check its encoding.`,
    );
  return text;
}

function refused(message: string) {
  return new PersonaAgentError("config-message-invalid", message);
}
