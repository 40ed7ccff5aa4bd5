import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { PersonaAgent } from "../../../src/app/persona-agent.js";
import type { SignIn } from "../../../src/auth/sign-in.js";
import { createStandaloneApp } from "../../../src/server/server-app.js";

export interface StandaloneServer {
  readonly url: string;
  close(): Promise<void>;
}

/** What `persona-agent serve` serves, in this process, over an agent of the test's. */
export async function startStandaloneServer(
  agent: PersonaAgent,
  signIn: SignIn,
): Promise<StandaloneServer> {
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  const { fetch } = createStandaloneApp(agent, { signIn, log });
  const server = createAdaptorServer({ fetch }) as Server;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
