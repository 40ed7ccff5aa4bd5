// Memory and threads that outlive the process: Chroma's server and PostgreSQL (PGlite) are started and keep their data
// in one folder. With DATABASE_URL and CHROMA_URL set, the same call uses your own servers.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPersonaAgent } from "../src/index.js";

const dataDir = await mkdtemp(join(tmpdir(), "persona-agent-example-"));
try {
  const first = await openPersonaAgent(process.env, { dataDir });
  await first.ask("ines", "I am allergic to walnuts.", { threadId: "kitchen" });
  await first.close();

  const second = await openPersonaAgent(process.env, { dataDir });
  const turn = await second.ask("ines", "What am I allergic to?", { threadId: "kitchen" });
  const { values } = await second.graph.getState({ configurable: { thread_id: "kitchen" } });
  console.log(turn.answer);
  console.log(
    `The thread has ${values.messages.length} messages; the index is ${second.info.index}.`,
  );
  await second.close();
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
