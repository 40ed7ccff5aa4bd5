import { PersonaAgentError } from "../../system/errors.js";

/** The parts of a PostgreSQL address that a message may contain: all but the password. */
export interface PostgresAddress {
  /** `host:port`, or the folder of a Unix socket. */
  readonly server: string;
  readonly database: string;
  readonly user: string;
}

/**
 * Parses an address of the form `postgresql://user:password@host:port/database`.
 *
 * @throws {PersonaAgentError} `config-invalid`; it repeats nothing of the text, which may contain a password.
 */
export function parsePostgresUrl(url: string): PostgresAddress {
  try {
    const parsed = new URL(url);
    if (!/^postgres(ql)?:$/.test(parsed.protocol)) throw refused();
    const user = decodeURIComponent(parsed.username);
    decodeURIComponent(parsed.password);
    const host = parsed.searchParams.get("host") ?? decodeURIComponent(parsed.hostname);
    const port = parsed.port === "" ? "5432" : parsed.port;
    return {
      server: host.startsWith("/") ? host : `${host === "" ? "localhost" : host}:${port}`,
      database: decodeURIComponent(parsed.pathname.slice(1)) || user || "the user's own",
      user: user || "the system's",
    };
  } catch {
    throw refused();
  }
}

function refused() {
  return new PersonaAgentError(
    "config-invalid",
    "The database address is not valid; expected postgresql://user:password@host:port/database, special characters in the password percent-encoded. Correct DATABASE_URL.",
  );
}

/** The error of a failed connection or set-up: one line with the problem and what to do. */
export function storeUnavailable(address: PostgresAddress, error: unknown): PersonaAgentError {
  const { server, database, user } = address;
  const [problem, action] = explain(error, address);
  return new PersonaAgentError(
    "memory-store-unavailable",
    `The database ${JSON.stringify(database)} on ${server} ${problem}; expected a PostgreSQL that takes user ${JSON.stringify(user)}. ${action}`,
    { details: { server, database, user }, cause: error },
  );
}

function explain(error: unknown, { server, database, user }: PostgresAddress) {
  const login = ["refused the user or the password", "Correct DATABASE_URL."] as const;
  const name = [
    "cannot be reached: the host's name is not known",
    "Correct DATABASE_URL.",
  ] as const;
  const port = [
    "cannot be reached: nothing listens there",
    `Start PostgreSQL on ${server} or correct DATABASE_URL.`,
  ] as const;
  const known: Readonly<Record<string, readonly [problem: string, action: string]>> = {
    "28P01": login,
    "28000": login,
    "3D000": ["does not exist", `Create it (createdb ${database}) or correct DATABASE_URL.`],
    "42501": [
      "lets this user make no tables",
      `Grant ${user} CREATE on the database and on its schema public.`,
    ],
    "53300": ["has no connection left", "Raise its max_connections or end other clients."],
    ENOTFOUND: name,
    EAI_AGAIN: name,
    ECONNREFUSED: port,
    ENOENT: port,
  };
  return (
    known[codeOf(error)] ??
    ([
      `failed (${firstLine(error)})`,
      "Check that it is a PostgreSQL, that it runs, and DATABASE_URL.",
    ] as const)
  );
}

/** For a host with several addresses Node throws one error with an error for each inside. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0]?.slice(0, 200) ?? "";
}
