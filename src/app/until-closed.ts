import { PersonaAgentError } from "../system/errors.js";
import type { PersonaAgent } from "./persona-agent.js";

/** The same agent, whose methods refuse calls after `close`: its services may be gone, and what it wrote would be lost. */
export function untilClosed(agent: PersonaAgent): PersonaAgent {
  let isClosed = false;
  const guarded = Object.entries(agent).map(([name, value]: [string, unknown]) => {
    if (typeof value !== "function") return [name, value];
    const method = value as (...args: unknown[]) => Promise<unknown>;
    return [name, (...args: unknown[]) => (isClosed ? refuse(name) : method(...args))];
  });
  return {
    ...(Object.fromEntries(guarded) as PersonaAgent),
    close() {
      isClosed = true;
      return agent.close();
    },
  };
}

function refuse(name: string): Promise<never> {
  return Promise.reject(
    new PersonaAgentError(
      "memory-closed",
      `\`${name}\` was called after \`close\`; expected an agent that is open. Open another one.`,
    ),
  );
}
