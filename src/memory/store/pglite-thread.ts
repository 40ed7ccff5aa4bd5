/** The thread of `openEmbeddedPostgres`: opens the database of the folder it is given, and serves it until it is told to close. */
import { once } from "node:events";
import { parentPort, workerData } from "node:worker_threads";
import { PersonaAgentError } from "../../errors.js";
import type { ThreadMessage } from "./embedded-postgres.js";
import { openPGliteServer } from "./pglite-server.js";

const tell = (message: ThreadMessage) => parentPort?.postMessage(message);
try {
  const { folder } = workerData as { readonly folder: string };
  const { url, close } = await openPGliteServer(folder);
  const told = parentPort && once(parentPort, "message");
  tell({ kind: "open", url });
  await told;
  await close();
  tell({ kind: "closed" });
} catch (error) {
  // Only plain data reaches the other thread whole.
  if (!PersonaAgentError.is(error)) throw error;
  const { code, message, details } = error;
  tell({ kind: "refused", code, message, details });
}
