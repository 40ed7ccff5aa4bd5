import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { PersonaAgentError } from "../../system/errors.js";
import { ownModule } from "../../system/own-program.js";

/**
 * Writes the dev server's `langgraph.json` into the data folder, because the server keeps its threads beside that file:
 * they stay with the memory that they belong to, and the project's folder stays clean. It is a copy of the
 * `langgraph.json` of `project`; without one it names this package's own graphs.
 *
 * @returns The file's path.
 * @throws {PersonaAgentError} `config-file-invalid`
 */
export async function writeServerConfig(dataDir: string, project: string): Promise<string> {
  const folder = join(dataDir, "langgraph");
  await mkdir(folder, { recursive: true });
  const source = join(project, "langgraph.json");
  const text = existsSync(source) ? await readFile(source, "utf8") : ownConfig(project);
  const file = join(folder, "langgraph.json");
  await writeFile(
    file,
    rebase(text, source, (path) => relative(folder, resolve(project, path))),
  );
  // Otherwise the server adds its folder to a `.gitignore` and prints a note.
  await writeFile(join(folder, ".gitignore"), "*\n.langgraph_api\n");
  return file;
}

/** Every path in that file begins with a dot and is relative to the folder of the file. */
function rebase(text: string, file: string, move: (path: string) => string): string {
  try {
    const config: unknown = JSON.parse(text, (_key, value: unknown) =>
      typeof value === "string" && /^\.{1,2}\/|^\.env/.test(value) ? move(value) : value,
    );
    return `${JSON.stringify(config, null, 2)}\n`;
  } catch (cause) {
    throw new PersonaAgentError(
      "config-file-invalid",
      `${file} is not JSON; expected LangGraph's configuration. Correct it.`,
      { details: { file }, cause },
    );
  }
}

function ownConfig(project: string): string {
  const pathOf = (module: string) => `./${relative(project, ownModule(import.meta.url, module))}`;
  const entry = pathOf("../../app/server-entry");
  const names = ["agent", "alignment", "feedback", "reflection"];
  const graphs = Object.fromEntries(names.map((name) => [name, `${entry}:${name}`]));
  const own = pathOf("../../server/http-entry");
  const auth = { path: `${own}:auth`, disable_studio_auth: true };
  return JSON.stringify({ node_version: "20", graphs, auth, http: { app: `${own}:app` } });
}
