/**
 * How long each of the console's views takes to be usable for a user of 5,000 interactions and 200 versions, until nothing
 * on it waits: from another view, with nothing of its data read yet, and in a browser that has nothing, not even the
 * page. `persona-agent serve` on the embedded services. Run by hand, on a machine that does nothing else:
 *
 *   npm run bench -- console-views [--times 5] [--most 1000]
 *
 * Fails when a median is over `--most` milliseconds. It needs Chromium.
 */
import { rm } from "node:fs/promises";
import { parseArgs } from "node:util";
import { createPersonaAgent } from "../src/app/create-persona-agent.js";
import { ines } from "../src/cli/demo/ines.js";
import { learnSettings } from "../src/cli/demo/learn.js";
import { crowdedArchive } from "../test/support/console/archives.js";
import { startBrowser, settled } from "../test/support/console/browser.js";
import buildConsole from "../test/support/console/build-console.js";
import { startServe } from "../test/support/servers/serve.js";
import { compile } from "../test/support/setup/compile.js";
import { newDataFolder } from "../test/support/setup/data-folder.js";
import makeDatabase from "../test/support/setup/make-database.js";
import { report } from "./report.js";
import type { BenchRow } from "./summary.js";
import { quantile, timed } from "./timing.js";

const { values } = parseArgs({
  options: {
    times: { type: "string", default: "5" },
    most: { type: "string", default: "1000" },
  },
});
const most = Number(values.most);
const views = [
  "chat",
  "persona",
  "history",
  "history/compare?from=150&to=200",
  "profile",
  "interactions",
  "interactions?find=Question%204975",
  "learning",
  "data",
];

buildConsole();
compile();
await makeDatabase();
const model = createPersonaAgent({ backgroundAlignment: false, backgroundReflection: false });
await model.import(ines.history.map((item) => ({ user: ines.id, ...item })));
await model.align(ines.id, { settings: learnSettings });
const archive = crowdedArchive(await model.export(ines.id), "crowded");
const folder = await newDataFolder("persona-agent-views-");
// The embedded Chroma, as a server has it.
const server = await startServe(folder, { INDEX: "" });
const browser = await startBrowser(server.url);
try {
  const imported = await fetch(`${server.url}/import`, {
    method: "POST",
    body: JSON.stringify({ archive }),
  });
  if (!imported.ok) throw new Error(await imported.text());
  const rows: BenchRow[] = [];
  for (const view of views) {
    const [anew, within]: [number[], number[]] = [[], []];
    for (let n = 0; n < Number(values.times); n += 1) {
      const first = await browser.open("/console/users/crowded/locale-of-nowhere");
      await settled(first);
      within.push(
        await timed(async () => {
          // As a link does it.
          await first.evaluate(`history.pushState(null, "", "/console/users/crowded/${view}")`);
          await settled(first);
        }),
      );
      await first.context().close();
      const opened: { page?: typeof first } = {};
      anew.push(
        await timed(async () => {
          opened.page = await browser.open(`/console/users/crowded/${view}`);
          await settled(opened.page);
        }),
      );
      await opened.page?.context().close();
    }
    const median = quantile(within, 0.5);
    rows.push({
      name: view,
      samples: within,
      more: { "longest, ms": Math.max(...within), "in a new browser, ms": quantile(anew, 0.5) },
    });
    if (median > most) process.exitCode = 1;
  }
  await report("console-views", [{ title: "A view, opened from another", unit: "ms", rows }]);
} finally {
  await browser.close();
  await server.kill();
  await rm(folder, { recursive: true, force: true });
}
