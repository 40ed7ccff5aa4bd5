import { parseUserId, userKey } from "../domain/user-id.js";
import { PersonaAgentError } from "../system/errors.js";

/** Who sent a request: one user, or an operator, who may name any user. */
export type Caller =
  | { readonly isOperator: true }
  | { readonly isOperator: false; readonly userId: string };

export const operator: Caller = { isOperator: true };

/** Whether a name that a request has is the caller's own: their id, or the key that stands for it in metadata. */
export function isOwnName(userId: string, named: unknown): boolean {
  if (typeof named !== "string") return false;
  return named.normalize("NFC") === userId || named === userKey(userId);
}

/**
 * The user of a call.
 *
 * @param named - The user that the call names, if it names one.
 * @throws {PersonaAgentError} `auth-forbidden` for another user than the caller; `config-user-invalid` where an operator
 *   names none.
 */
export function userOfCaller(caller: Caller, named: string | undefined): string {
  if (caller.isOperator) return parseUserId(named);
  if (named === undefined || isOwnName(caller.userId, named)) return caller.userId;
  throw forbidden("The request names another user; expected the one who is signed in.");
}

export function forbidden(reason: string): PersonaAgentError {
  return new PersonaAgentError(
    "auth-forbidden",
    `${reason} Leave it out, or sign in as that user or as an operator.`,
  );
}

/** @throws {PersonaAgentError} `auth-forbidden` */
export function expectOperator(caller: Caller): void {
  if (!caller.isOperator)
    throw new PersonaAgentError(
      "auth-forbidden",
      "This is for operators only; expected an operator's key or token. Sign in as one.",
    );
}
