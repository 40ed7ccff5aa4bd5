import { setTimeout as delay } from "node:timers/promises";
import { ownCallHeaders } from "../auth/own-calls.js";

const pollMs = 200;

/**
 * Waits until the LangGraph server of this process answers, and asks it as a stranger. What protects it is named in
 * `langgraph.json`, which none of our modules is told of.
 *
 * @param url - The server's address.
 * @returns What that file lacks, if it lacks something.
 */
export async function findOpenDoor(url: string): Promise<"auth" | "http.app" | undefined> {
  // The server has all of its routes only then.
  const isUp = () =>
    fetch(`${url}/info`).then(
      () => true,
      () => false,
    );
  while (!(await isUp())) await delay(pollMs, undefined, { ref: false });
  // Not over the network: another process may answer there.
  const ask = (globalThis as Record<symbol, unknown>)[Symbol.for("langgraph_api:fetch")] as
    | typeof fetch
    | undefined;
  if (ask === undefined) return undefined;
  const json = { "content-type": "application/json" };
  const search = await ask("/threads/search", { method: "POST", headers: json, body: "{}" });
  if (search.status !== 401) return "auth";
  const ours = await ask("/openapi.json", { headers: ownCallHeaders });
  return ours.status === 200 ? undefined : "http.app";
}
