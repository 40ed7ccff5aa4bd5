// Writes the types of the server's routes, as its OpenAPI document has them; and the demo's people, whose histories the
// page can bring in.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import { bo } from "../../src/cli/demo/bo.js";
import { ines } from "../../src/cli/demo/ines.js";
import { openApiDocument } from "../../src/server/verbs/openapi.js";

const folder = join(import.meta.dirname, "../api/generated");
await mkdir(folder, { recursive: true });
await write("routes.d.ts", astToString(await openapiTS(JSON.stringify(openApiDocument()))));
const items = [ines, bo].flatMap(({ id, history }) =>
  history.map((item) => ({ user: id, ...item })),
);
await write("demo.json", JSON.stringify(items));

/** Not where nothing changed: what is newer is built again. */
async function write(name: string, text: string): Promise<void> {
  const file = join(folder, name);
  if ((await readFile(file, "utf8").catch(() => "")) !== text) await writeFile(file, text);
}
