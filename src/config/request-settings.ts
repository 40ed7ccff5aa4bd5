import { PersonaAgentError } from "../system/errors.js";

/** What a server does with every request, whoever's route it is. */
export interface RequestSettings {
  /** Most requests of one user in a minute, in this process; `null` for any number. */
  readonly requestsPerMinute: number | null;
  /** Whether each request is told in the log, as a line of JSON. */
  readonly logsRequests: boolean;
}

/** @throws {PersonaAgentError} `config-invalid` */
export function readRequestSettings(
  env: Readonly<Record<string, string | undefined>>,
): RequestSettings {
  const read = (name: string) => env[name]?.trim() || undefined;
  const limit = read("RATE_LIMIT");
  if (limit !== undefined && !/^[1-9]\d{0,6}$/.test(limit))
    throw invalid("RATE_LIMIT", limit, "how many requests a user may send in a minute, 1 or more");
  const log = read("LOG_REQUESTS");
  if (log !== undefined && log !== "on") throw invalid("LOG_REQUESTS", log, "on, or nothing");
  return {
    requestsPerMinute: limit === undefined ? null : Number(limit),
    logsRequests: log === "on",
  };
}

function invalid(name: string, value: string, expected: string): PersonaAgentError {
  return new PersonaAgentError(
    "config-invalid",
    `${name} is ${JSON.stringify(value.slice(0, 40))}; expected ${expected}. Correct it or unset it.`,
  );
}
