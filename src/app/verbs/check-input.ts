import type { z } from "zod";
import { type VerbInput, type VerbName, verbs } from "../../contract/verbs.js";
import { PersonaAgentError } from "../../system/errors.js";

/**
 * The input, if it is one of the verb. Not what the schema gives of it, which fills in defaults: a run is resumed only
 * under the settings that were named.
 *
 * @throws {PersonaAgentError} `config-invalid`, with each bad field in one line.
 */
export function checkInput<Name extends VerbName>(name: Name, input: unknown): VerbInput<Name> {
  const { error } = verbs[name].input.safeParse(input);
  if (error === undefined) return input as VerbInput<Name>;
  const faults = error.issues.map((issue) => describe(issue, input));
  throw new PersonaAgentError(
    "config-invalid",
    `The input of \`${name}\` is not valid (${faults.join("; ")}); expected ${Object.keys(verbs[name].input.shape).join(", ") || "nothing"}. Correct it.`,
    { details: { issues: error.issues } },
  );
}

function describe(issue: z.core.$ZodIssue, input: unknown): string {
  const field = issue.path.join(".");
  if (field !== "" && valueAt(input, issue.path) === undefined) return `${field} is missing`;
  const message = issue.code === "invalid_union" ? anyOf(issue.errors) : issue.message;
  return field === "" ? message : `${field}: ${message}`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key],
    input,
  );
}

/** A union's own message says nothing of what it takes. */
function anyOf(branches: readonly (readonly z.core.$ZodIssue[])[]): string {
  const kinds = branches.flatMap(([issue]) =>
    issue !== undefined && "expected" in issue ? String(issue.expected) : [],
  );
  return `Invalid input: expected ${[...new Set(kinds)].join(" or ")}`;
}
