// Writes the types of the server's routes, as its OpenAPI document has them.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import { openApiDocument } from "../../src/server/verbs/openapi.js";

const file = join(import.meta.dirname, "../api/generated/routes.d.ts");
const text = astToString(await openapiTS(JSON.stringify(openApiDocument())));
const before = await readFile(file, "utf8").catch(() => "");
if (text !== before) {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
