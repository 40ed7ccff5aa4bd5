import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { PersonaAgentError, type PersonaAgentErrorCode } from "../../errors.js";

/** A PostgreSQL in this process, reachable from others on this machine too. */
export interface EmbeddedPostgres {
  /** For `openPostgres`, with `embedded: true`. No password: whoever is on this machine can connect. */
  readonly url: string;
  /** Ends every connection, then the engine. A second call does nothing. */
  close(): Promise<void>;
}

/** What the thread says. */
export type ThreadMessage =
  | { readonly kind: "open"; readonly url: string }
  | { readonly kind: "closed" }
  | {
      readonly kind: "refused";
      readonly code: PersonaAgentErrorCode;
      readonly message: string;
      readonly details: Record<string, unknown>;
    };

const threadFile = import.meta.url.endsWith(".ts")
  ? "pglite-thread-of-sources.mjs"
  : "pglite-thread.js";

/**
 * Opens the PostgreSQL (PGlite) kept in `<folder>/pglite`, making it when there is none, and serves it on a
 * free port of 127.0.0.1. Every acknowledged row is there after `kill -9`. Take the folder with
 * `openDataFolder` first: nothing here protests when two processes open one.
 *
 * It runs in a thread of its own: its queries are computation, and would hold up every turn of this process.
 *
 * @throws {PersonaAgentError} `memory-store-unavailable` when the database is damaged or of another version.
 */
export async function openEmbeddedPostgres({
  folder,
}: {
  readonly folder: string;
}): Promise<EmbeddedPostgres> {
  const thread = new Worker(new URL(threadFile, import.meta.url), {
    workerData: { folder },
    execArgv: [],
  });
  const [said] = (await once(thread, "message")) as [ThreadMessage];
  if (said.kind !== "open") {
    await thread.terminate();
    if (said.kind !== "refused") throw new Error(`The database's thread began with ${said.kind}.`);
    throw new PersonaAgentError(said.code, said.message, { details: said.details });
  }
  // A thread that fails later ends its connections with it: the calls that need them fail, and say why.
  thread.on("error", () => {});
  let closing: Promise<unknown> | null = null;
  return { url: said.url, close: async () => void (await (closing ??= end())) };

  async function end() {
    const ended = Promise.race([once(thread, "message"), once(thread, "exit")]);
    thread.postMessage("close");
    await ended;
    await thread.terminate();
  }
}
