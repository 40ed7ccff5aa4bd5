import { PersonaAgentError } from "../system/errors.js";

/** Ends a command that did part of its work: what failed, or is left, is in its output already. */
export class ReportedFailure extends Error {
  readonly exitCode: number = 1;
}

/** The same for a command that its budget stopped: nothing failed, and a larger budget would continue. */
export class StoppedByBudget extends ReportedFailure {
  override readonly exitCode = 3;
}

/** An error in one line: what was wrong, what was expected, what to do. */
export function describeError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.trim().replaceAll(/\s*\n\s*/g, " ");
  if (PersonaAgentError.is(error)) return line;
  return `something unexpected failed: ${line.slice(0, 500)} (run it again with --debug for the stack)`;
}

/** What a failed command writes to its output with `--json`. This shape is a contract. */
export function errorJson(error: unknown) {
  const code = PersonaAgentError.is(error) ? error.code : "unexpected";
  return { error: { code, message: describeError(error) } };
}
