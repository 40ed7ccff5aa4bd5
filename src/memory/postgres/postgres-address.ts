import { PersonaAgentError } from "../../errors.js";

/** What may be said of a PostgreSQL address: everything but the password. */
export interface PostgresAddress {
  /** `host:port`, or the folder of a Unix socket. */
  readonly server: string;
  readonly database: string;
  readonly user: string;
}

/**
 * Reads an address of the form `postgresql://user:password@host:port/database`.
 *
 * @throws {PersonaAgentError} `config-invalid`; nothing of the text is repeated, it may hold a password.
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

/** Puts a failed connection or set-up into one line that says whose turn it is to act. */
export function storeUnavailable(address: PostgresAddress, error: unknown): PersonaAgentError {
  const { server, database, user } = address;
  const { problem, action } = explain(address, error);
  return new PersonaAgentError(
    "memory-store-unavailable",
    `The database ${JSON.stringify(database)} on ${server} ${problem}; expected a PostgreSQL that takes user ${JSON.stringify(user)}. ${action}`,
    { details: { server, database, user }, cause: error },
  );
}

function explain({ server, database, user }: PostgresAddress, error: unknown) {
  switch (codeOf(error)) {
    case "28P01":
    case "28000":
      return { problem: "refused the user or the password", action: "Correct DATABASE_URL." };
    case "3D000":
      return {
        problem: "does not exist",
        action: `Create it (createdb ${database}) or correct DATABASE_URL.`,
      };
    case "42501":
      return {
        problem: "lets this user make no tables",
        action: `Grant ${user} CREATE on the database and on its schema public.`,
      };
    case "53300":
      return {
        problem: "has no connection left",
        action: "Raise its max_connections or end other clients.",
      };
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return {
        problem: "cannot be reached: the host's name is not known",
        action: "Correct DATABASE_URL.",
      };
    case "ECONNREFUSED":
    case "ENOENT":
      return {
        problem: "cannot be reached: nothing listens there",
        action: `Start PostgreSQL on ${server} or correct DATABASE_URL.`,
      };
    default:
      return {
        problem: `failed (${firstLine(error)})`,
        action: "Check that it is a PostgreSQL, that it is up, and DATABASE_URL.",
      };
  }
}

/** Node reports a host of several addresses as one error with an error for each inside. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0]?.slice(0, 200) ?? "";
}
