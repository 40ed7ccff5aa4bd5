/**
 * Every failure that this package raises on purpose. The text of a message may change; a code may not. The prefix says
 * who can act: `config-*` the caller, `auth-*` who signs in, `model-*` the model or its provider, `memory-*` the store, the index or a
 * concurrent run. A new code gets a heading in `docs/errors.md`.
 */
export type PersonaAgentErrorCode =
  | "config-invalid"
  | "config-user-invalid"
  | "config-message-invalid"
  | "config-thread-owner"
  | "config-file-invalid"
  | "config-download-failed"
  | "config-tool-invalid"
  | "config-package-missing"
  | "config-user-unknown"
  | "config-episode-unknown"
  | "config-version-unknown"
  | "config-review-none"
  | "config-budget-exhausted"
  | "auth-missing"
  | "auth-forbidden"
  | "auth-unavailable"
  | "auth-rate-limited"
  | "model-unavailable"
  | "model-key-refused"
  | "model-output-invalid"
  | "memory-folder-in-use"
  | "memory-index-unavailable"
  | "memory-store-unavailable"
  | "memory-alignment-running"
  | "memory-alignment-outdated"
  | "memory-review-pending"
  | "memory-user-erased"
  | "memory-record-invalid"
  | "memory-closed";

const brand = Symbol.for("persona-agent/error");

/**
 * An error with a stable code. The message is one line: what was wrong, what was expected, what to do.
 *
 * @example
 * try {
 *   await agent.ask("ada", "hello");
 * } catch (error) {
 *   if (PersonaAgentError.is(error, "model-key-refused")) console.error("Check OPENAI_API_KEY.");
 * }
 */
export class PersonaAgentError extends Error {
  override readonly name = "PersonaAgentError";
  readonly [brand] = true;
  readonly code: PersonaAgentErrorCode;
  /** The evidence: the model's answer, the bad fields, the other process. Plain JSON. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: PersonaAgentErrorCode,
    message: string,
    { details = {}, cause }: { details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.details = details;
  }

  /** True across duplicate copies of this package, where `instanceof` is not. */
  static is(error: unknown, code?: PersonaAgentErrorCode): error is PersonaAgentError {
    if (typeof error !== "object" || error === null || !(brand in error)) return false;
    return code === undefined || ("code" in error && error.code === code);
  }
}

/** The one failure of memory with which a turn continues, and that a retry may cure. */
export function isStoreUnavailable(error: unknown): boolean {
  return PersonaAgentError.is(error, "memory-store-unavailable");
}

/** An error as a record keeps it: its code, or `unexpected` for one that is not ours, and its message in one line. */
export function recordedError(error: unknown): { readonly code: string; readonly message: string } {
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: PersonaAgentError.is(error) ? error.code : "unexpected",
    message: message.replaceAll(/\s+/g, " ").slice(0, 2_000),
  };
}
