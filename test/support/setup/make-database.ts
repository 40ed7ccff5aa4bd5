import { existsSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { openPgliteServer } from "../../../src/memory/postgres/pglite-server.js";
import { openPostgres } from "../../../src/memory/postgres/open-postgres.js";
import { compiledFolder } from "./compiled.js";
import { preparedFolder } from "./data-folder.js";

/** Makes the database that tests copy, once for each version of the packages that make it. */
export default async function makeDatabaseBeforeTests(): Promise<void> {
  if (existsSync(preparedFolder)) return;
  const folder = await mkdtemp(join(compiledFolder, "making-"));
  const database = await openPgliteServer({ folder });
  const { close } = await openPostgres({ url: database.url, embedded: true });
  await close();
  await database.close();
  // It has its name only when it is whole; another run of the tests may have been faster.
  await rename(folder, preparedFolder).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    if (!existsSync(preparedFolder)) throw error;
  });
}
