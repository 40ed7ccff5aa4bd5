import { once } from "node:events";
import { createServer } from "node:net";
import { PersonaAgentError } from "./errors.js";

/**
 * A port of `host` that nothing listens on.
 *
 * @param port - The preferred port; 0 for any.
 * @throws {PersonaAgentError} `config-invalid` when the port is in use, or `host` is not an address of this machine.
 */
export async function freePort(host: string, port: number): Promise<number> {
  const probe = createServer();
  try {
    probe.listen(port, host);
    await once(probe, "listening");
  } catch (cause) {
    throw new PersonaAgentError("config-invalid", problem(host, port, cause), { cause });
  }
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  return typeof address === "object" && address !== null ? address.port : port;
}

function problem(host: string, port: number, cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : "";
  if (code === "EADDRINUSE")
    return `Port ${port} of ${host} is in use; expected a free one. End what listens there, or name another with --port.`;
  if (code === "EACCES")
    return `Port ${port} is not allowed for this user; expected one from 1024. Name another with --port.`;
  return `The server cannot listen on ${host} (${String(code)}); expected a name or an address of this machine. Correct --host.`;
}
