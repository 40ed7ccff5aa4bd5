import { PersonaAgentError } from "../../system/errors.js";

/** Where a Chroma server listens. */
export interface ChromaAddress {
  readonly host: string;
  readonly port: number;
  readonly ssl: boolean;
  /** The same as one text, without a path; for messages. */
  readonly url: string;
}

const standardPort = { "http:": 80, "https:": 443 } as const;

/**
 * Parses the address of a Chroma server: `http` or `https`, a host, and a port unless it is the protocol's own. The
 * client supports no path.
 *
 * @throws {PersonaAgentError} `config-invalid`
 */
export function parseChromaUrl(text: string): ChromaAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw refused(`is not a web address: ${JSON.stringify(text.slice(0, 200))}`);
  if (url.username !== "" || url.password !== "")
    throw refused("holds a user name or a password; a token goes into CHROMA_TOKEN");
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "")
    throw refused(`has something after the port: ${JSON.stringify(text.slice(0, 200))}`);
  return {
    host: url.hostname,
    port: url.port === "" ? standardPort[url.protocol] : Number(url.port),
    ssl: url.protocol === "https:",
    url: url.origin,
  };
}

function refused(problem: string) {
  return new PersonaAgentError(
    "config-invalid",
    `CHROMA_URL ${problem}; expected http://host:port or https://host:port. Correct it, or leave it out to use the embedded Chroma.`,
  );
}
