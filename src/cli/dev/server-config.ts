import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { PersonaAgentError } from "../../system/errors.js";
import { ownModule } from "../../system/own-program.js";

const folderOf = (dataDir: string) => join(dataDir, "langgraph");

/** Where the dev server keeps the threads of a data folder, if it ever served it. */
export function serverThreads(dataDir: string): string | null {
  const folder = join(folderOf(dataDir), ".langgraph_api");
  return existsSync(folder) ? folder : null;
}

/**
 * Writes the dev server's `langgraph.json` into the data folder, because the server keeps its threads beside that file:
 * they stay with the memory that they belong to, and the project's folder stays clean. It is a copy of the
 * `langgraph.json` of `project`; without one it names this package's own graphs.
 *
 * @returns The file's path.
 * @throws {PersonaAgentError} `config-file-invalid`
 */
export async function writeServerConfig(dataDir: string, project: string): Promise<string> {
  const folder = folderOf(dataDir);
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

/**
 * Checks that what asks callers who they are is named in the `langgraph.json` of `project`, if there is one.
 *
 * @throws {PersonaAgentError} `config-file-invalid`
 */
export async function expectSignIn(project: string): Promise<void> {
  const file = join(project, "langgraph.json");
  if (!existsSync(file)) return;
  const { auth, http } = parseConfig(await readFile(file, "utf8"), file) as {
    readonly auth?: { readonly path?: string };
    readonly http?: { readonly app?: string };
  };
  if (auth?.path !== undefined && http?.app !== undefined) return;
  const missing = auth?.path === undefined ? "auth.path" : "http.app";
  throw new PersonaAgentError(
    "config-file-invalid",
    `${file} has no ${missing}, and callers are to sign in; expected both auth and http.app. Add them: docs/serving.md, Sign-in.`,
    { details: { file } },
  );
}

/** Every path in that file begins with a dot and is relative to the folder of the file. */
function rebase(text: string, file: string, move: (path: string) => string): string {
  const config = parseConfig(text, file, (_key, value) =>
    typeof value === "string" && /^\.{1,2}\/|^\.env/.test(value) ? move(value) : value,
  );
  return `${JSON.stringify(config, null, 2)}\n`;
}

function parseConfig(
  text: string,
  file: string,
  revive?: (key: string, value: unknown) => unknown,
): unknown {
  try {
    return JSON.parse(text, revive);
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
