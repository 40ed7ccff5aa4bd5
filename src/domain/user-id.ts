import { createHash } from "node:crypto";
import { PersonaAgentError } from "../system/errors.js";

/** A user's id in keys, namespaces and filters: always 32 letters and digits. */
export type UserKey = string & { readonly __brand: "UserKey" };

const maxLength = 128;
const allowed = /^[\p{L}\p{M}\p{N} ._\-@+'=#,()~|]+$/u;

/**
 * Checks an id that a caller sent. Letters and digits of any script, inner spaces and `. _ - @ + ' = # , ( ) ~ |`
 * are allowed, so e-mail addresses, UUIDs and the subjects of the usual identity providers pass as they are.
 * `*`, `:`, `/`, `%` and control characters are refused: each of them is a pattern in some store or filter.
 *
 * @throws {PersonaAgentError} `config-user-invalid`
 */
export function parseUserId(userId: unknown): string {
  if (userId === undefined || userId === null)
    throw invalid(
      "No user id was given; expected whose persona and memory to use. Pass `userId` in the run's context.",
    );
  if (typeof userId !== "string")
    throw invalid(`The user id is a ${typeof userId}; expected a string. Pass \`userId\` as text.`);
  if (userId.trim() === "") throw invalid("The user id is empty; expected 1 to 128 characters.");
  if (userId.length > maxLength)
    throw invalid(
      `The user id is ${userId.length} characters long; expected at most ${maxLength}.`,
    );
  const id = userId.normalize("NFC");
  if (id !== id.trim())
    throw invalid("The user id begins or ends with white space; expected none there. Trim it.");
  if (!id.isWellFormed() || !allowed.test(id))
    throw invalid(
      `The user id ${printable(id)} holds a character that is not allowed; expected letters, digits, spaces and . _ - @ + ' = # , ( ) ~ | only.`,
    );
  return id;
}

/** The only way of a user id into a key or a filter. Pure: same id, same key, on every machine. */
export function userKey(userId: string): UserKey {
  const digest = createHash("sha256")
    .update(`persona-agent/user/${parseUserId(userId)}`)
    .digest();
  return digest.subarray(0, 16).toString("hex") as UserKey;
}

function printable(id: string): string {
  return JSON.stringify(id.toWellFormed().slice(0, 60));
}

function invalid(message: string) {
  return new PersonaAgentError("config-user-invalid", message);
}
