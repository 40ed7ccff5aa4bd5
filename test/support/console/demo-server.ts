import { rm } from "node:fs/promises";
import { ines } from "../../../src/cli/demo/ines.js";
import { learnSettings } from "../../../src/cli/demo/learn.js";
import { type DevServer, startDevServer } from "../servers/dev-server.js";
import { newDataFolder } from "../setup/data-folder.js";

/** A real server on which the demo's Ines has her history, a profile and a persona that learned from both. */
export interface DemoServer {
  readonly url: string;
  /** Asks a route; throws for a refusal. */
  call(method: string, path: string, body?: unknown): Promise<unknown>;
  close(): Promise<void>;
}

export async function startDemoServer(
  env: Readonly<Record<string, string | undefined>> = {},
  key?: string,
): Promise<DemoServer> {
  const folder = await newDataFolder("persona-agent-console-");
  const server: DevServer = await startDevServer(["--data-dir", folder], env);
  const { url } = server.info;
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        "content-type": "application/json",
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return response.json();
  };
  await call("POST", "/import", {
    items: ines.history.map((item) => ({ user: ines.id, ...item })),
  });
  await call("POST", `/users/${ines.id}/align`, { settings: learnSettings });
  return {
    url,
    call,
    async close() {
      await server.end("SIGTERM");
      await rm(folder, { recursive: true, force: true });
    },
  };
}
