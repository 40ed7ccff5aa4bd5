import { rm } from "node:fs/promises";
import { expect, it } from "vitest";
import { startChromaServer } from "../../../src/memory/chroma/embedded-server.js";
import { serveThroughStorm } from "../../support/processes/serving-storm.js";
import { hasPostgres, startPostgres } from "../../support/servers/postgres.js";
import { compiled } from "../../support/setup/compiled.js";
import { newDataFolder } from "../../support/setup/data-folder.js";

/** The short form of `bench/workers.ts`. */
it.skipIf(!hasPostgres)(
  "processes that are killed, on a PostgreSQL that restarts, lose nothing and do nothing twice",
  async () => {
    const folder = await newDataFolder("persona-agent-workers-");
    const [postgres, chroma] = await Promise.all([
      startPostgres(),
      startChromaServer({ path: folder }),
    ]);
    try {
      const findings = await serveThroughStorm({
        databaseUrl: postgres.url,
        chromaUrl: chroma.url,
        child: [process.execPath, compiled("test/support/processes/serving-child.ts")],
        users: 3,
        turns: 24,
        turnsBetweenKills: 6,
        restartDatabase: () => postgres.restart(),
      });
      expect(findings).toMatchObject({
        turns: 27,
        feedbacks: 14,
        kills: 4,
        lostEpisodes: 0,
        lostFeedback: 0,
        foreignRecalls: 0,
        usersWithoutOneHead: 0,
        runsAtOnce: 0,
        lostAlignments: 0,
        jobsLeft: 0,
      });
      expect(findings.alignments).toBeGreaterThan(0);
    } finally {
      await chroma.close();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
  300_000,
);
