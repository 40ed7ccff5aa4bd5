import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PersonaAgentError } from "../../errors.js";

/**
 * Writes the `langgraph.json` that the dev server is started with into the data folder, because the server keeps its
 * threads beside that file: so they stay with the memory they belong to, and the project's folder stays clean. It says
 * what the `langgraph.json` of `project` says; without one it names this package's own graphs.
 *
 * @returns The file's path.
 * @throws {PersonaAgentError} `config-file-invalid`
 */
export async function writeServerConfig(dataDir: string, project: string): Promise<string> {
  const folder = join(dataDir, "langgraph");
  await mkdir(folder, { recursive: true });
  const given = join(project, "langgraph.json");
  const text = existsSync(given) ? await readFile(given, "utf8") : ownConfig(project);
  const file = join(folder, "langgraph.json");
  await writeFile(
    file,
    rebase(text, given, (path) => relative(folder, resolve(project, path))),
  );
  // The server adds its folder to a `.gitignore` that does not name it, and says so.
  await writeFile(join(folder, ".gitignore"), "*\n.langgraph_api\n");
  return file;
}

/** Every path in that file begins with a dot; the server reads them from the folder of the file. */
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
  const isSource = import.meta.url.endsWith(".ts");
  const entry = new URL(`../../app/server-entry.${isSource ? "ts" : "js"}`, import.meta.url);
  const path = relative(project, fileURLToPath(entry));
  const names = ["agent", "alignment", "feedback"];
  const graphs = Object.fromEntries(names.map((name) => [name, `./${path}:${name}`]));
  return JSON.stringify({ node_version: "20", graphs });
}
