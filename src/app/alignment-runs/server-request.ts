import { Client } from "@langchain/langgraph-sdk";
import { ownCallHeaders } from "../../auth/own-calls.js";
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
      const owner = userKey(userId);
      const open = () =>
        threads.create({
          threadId,
          ifExists: "do_nothing",
          graphId,
          metadata: { userId: owner },
        });
      // The thread's id follows from the user's, so another user may have taken it.
      if ((await open()).metadata?.["userId"] !== owner) {
        await threads.delete(threadId);
        await open();
      }
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
    // Else the client sends LangSmith's key, if the environment has one.
    apiKey: null,
    defaultHeaders: ownCallHeaders,
    // A turn waits for the answer.
    timeoutMs: 10_000,
    callerOptions: { maxRetries: 0 },
  });
}
