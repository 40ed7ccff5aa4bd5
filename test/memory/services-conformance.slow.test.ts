import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe } from "vitest";
import { createMemory, type Memory } from "../../src/memory/memory.js";
import { createChromaIndex } from "../../src/memory/chroma/chroma-index.js";
import { startEmbeddedChroma } from "../../src/memory/chroma/embedded-server.js";
import { createInProcessIndex } from "../../src/memory/index/in-process-index.js";
import { openPgliteServer } from "../../src/memory/postgres/pglite-server.js";
import { openPostgres } from "../../src/memory/postgres/open-postgres.js";
import { OfflineEmbeddings } from "../../src/model/offline/offline-embeddings.js";
import { describeAcceptanceHistory } from "../conformance/acceptance-history.js";
import { describeAlignmentStates } from "../conformance/alignment-states.js";
import { describeEpisodicMemory } from "../conformance/episodic-memory.js";
import { describeForgetting } from "../conformance/forgetting.js";
import { describePersonaLog } from "../conformance/persona-log.js";
import { describeProfileMemory } from "../conformance/profile-memory.js";
import { hasPostgres, startPostgres } from "../support/servers/postgres.js";
import { newDataFolder } from "../support/setup/data-folder.js";

const embeddings = new OfflineEmbeddings();
const embedding = { name: "offline", dimensions: embeddings.dimensions };
const now = () => new Date();

interface Opened {
  readonly memory: Memory;
  close(): Promise<void>;
}

/** The embedded default: PGlite and the Chroma server of the npm package. */
async function openEmbedded(): Promise<Opened> {
  const folder = await newDataFolder("persona-memory-");
  const chroma = await startEmbeddedChroma({ dataFolder: folder });
  const pglite = await openPgliteServer({ folder });
  const storage = await openPostgres({ url: pglite.url, embedded: true });
  const index = createChromaIndex({ url: chroma.url, embedding });
  return {
    memory: createMemory({ store: storage.store, index, embeddings, now }),
    async close() {
      for (const service of [storage, pglite, chroma]) await service.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function openOnPostgres(): Promise<Opened> {
  const postgres = await startPostgres();
  const storage = await openPostgres({ url: postgres.url });
  const index = createInProcessIndex(embedding);
  return {
    memory: createMemory({ store: storage.store, index, embeddings, now }),
    async close() {
      await storage.close();
      await postgres.stop();
    },
  };
}

function describeMemory(name: string, open: () => Promise<Opened>) {
  let opened: Opened;
  beforeAll(async () => void (opened = await open()), 90_000);
  afterAll(() => opened.close(), 30_000);
  describeEpisodicMemory(name, () => opened.memory.episodes);
  describeForgetting(name, () => opened.memory);
  describePersonaLog(name, () => opened.memory.personas);
  describeProfileMemory(name, () => opened.memory.profiles);
  describeAlignmentStates(name, () => opened.memory.alignments);
  describeAcceptanceHistory(name, () => opened.memory.acceptance);
}

describe("on PGlite and embedded Chroma", () => describeMemory("embedded", openEmbedded));

describe.skipIf(!hasPostgres)("on PostgreSQL and the in-process index", () =>
  describeMemory("PostgreSQL", openOnPostgres),
);
