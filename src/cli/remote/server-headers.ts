import { PersonaAgentError } from "../../system/errors.js";

const variable = "PERSONA_AGENT_API_KEY";

/**
 * What signs the command line in on the server of `--url`: the key or token that `PERSONA_AGENT_API_KEY` holds, if any.
 * It is not an option, because other users of the machine see those.
 *
 * @throws {PersonaAgentError} `config-invalid` for one that no header can hold. The message does not show it.
 */
export function serverHeaders(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const key = env[variable]?.trim() || undefined;
  if (key === undefined) return {};
  if (/^[\x21-\x7e]{1,8192}$/.test(key)) return { authorization: `Bearer ${key}` };
  throw new PersonaAgentError(
    "config-invalid",
    `${variable} holds a space or a character that no key has; expected a key or a token. Correct it.`,
  );
}
