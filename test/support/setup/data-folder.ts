import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { cp, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compiledFolder } from "./compiled.js";

/** Changes with the packages that make the database. */
const madeBy = createHash("sha256").update(readFileSync("package-lock.json")).digest("hex");

/** A data folder whose database is made and empty; see `make-database.ts`. */
export const preparedFolder = join(compiledFolder, `data-folder-${madeBy.slice(0, 12)}`);

/** A new temporary data folder. Its database is a copy: making one takes seconds, and has its own tests. */
export async function newDataFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), name));
  await cp(preparedFolder, folder, { recursive: true });
  return folder;
}
