import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { openEmbeddedPostgres } from "../../src/memory/store/embedded-postgres.js";
import { openPostgres } from "../../src/memory/store/postgres.js";
import { compiledFolder } from "./compiled.js";
import { preparedFolder } from "./data-folder.js";

/** Makes the database that tests copy, once for each version of the packages that make it. */
export default async function makeDatabaseBeforeTests(): Promise<void> {
  const madeBy = join(compiledFolder, "data-folder-made-by");
  const present = readFileSync("package-lock.json", "utf8");
  if (existsSync(madeBy) && readFileSync(madeBy, "utf8") === present) return;
  await rm(preparedFolder, { recursive: true, force: true });
  await mkdir(preparedFolder, { recursive: true });
  const database = await openEmbeddedPostgres({ folder: preparedFolder });
  const { close } = await openPostgres({ url: database.url, embedded: true });
  await close();
  await database.close();
  writeFileSync(madeBy, present);
}
