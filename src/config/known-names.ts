import { PersonaAgentError } from "../system/errors.js";

/** Every name of an options object, so that the compiler says when one is missing. */
export type KnownNames<Of> = { readonly [Name in keyof Required<Of>]: true };

/**
 * Refuses what is no object, and names that nothing reads: a misspelt one would be left out without a word.
 *
 * @param what - What the names belong to, such as "`ask`".
 * @throws {PersonaAgentError} `config-invalid`
 */
export function expectKnownNames<Of>(given: unknown, known: KnownNames<Of>, what: string): void {
  if (given === undefined) return;
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new PersonaAgentError(
      "config-invalid",
      `The options of ${what} are no object; expected one with any of ${listed(known)}. Correct them.`,
    );
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(known, name));
  if (unknown.length === 0) return;
  const names = unknown.map((name) => JSON.stringify(name.slice(0, 60))).join(", ");
  throw new PersonaAgentError(
    "config-invalid",
    `${what} takes no ${names}; expected any of ${listed(known)}. Check the spelling.`,
  );
}

function listed(known: object): string {
  return Object.keys(known).join(", ");
}
