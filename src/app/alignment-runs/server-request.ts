import { Client } from "@langchain/langgraph-sdk";
import { userKey } from "../../domain/user-id.js";

export interface ServerRequestDeps {
  /** The address of the server that runs this process, unless it binds a `fetch` of its own for us. */
  readonly url: string | undefined;
  readonly log: (line: string) => void;
}

/** Where a user's runs of one graph are on a server. */
interface RunPlace extends Pick<Client, "threads" | "runs"> {
  readonly threadId: string;
}

/** A function that requests a user's run of a graph from the server of this process. Failures are logged and thrown. */
export function serverRequest<Settings>(
  graphId: "alignment" | "reflection",
  threadIdOf: (userId: string) => string,
  { url, log }: ServerRequestDeps,
  request: (place: RunPlace, userId: string, settings: Settings) => Promise<void>,
): (userId: string, settings: Settings) => Promise<void> {
  return async (userId, settings) => {
    try {
      const { threads, runs } = ownServer(url);
      const threadId = threadIdOf(userId);
      await threads.create({
        threadId,
        ifExists: "do_nothing",
        graphId,
        metadata: { userId: userKey(userId) },
      });
      await request({ threads, runs, threadId }, userId, settings);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log(`The ${graphId} could not be requested: ${reason}`);
      throw error;
    }
  };
}

/** Most servers bind a `fetch` of their own, which the client finds by itself and which needs no network. */
export function ownServer(url: string | undefined): Client {
  const isBound = ["fetch", "url"].some(
    (name) => Symbol.for(`langgraph_api:${name}`) in globalThis,
  );
  if (!isBound && url === undefined)
    throw new TypeError("LANGGRAPH_API_URL is not set; expected the server's address. Set it.");
  return new Client({
    ...(!isBound && url !== undefined && { apiUrl: url }),
    // A turn waits for the answer.
    timeoutMs: 10_000,
    callerOptions: { maxRetries: 0 },
  });
}
