import { existsSync, readdirSync } from "node:fs";
import { PersonaAgentError } from "../../system/errors.js";
import { reportFiles } from "../../eval/report/write-report.js";

/** The folder of each model's run within their evaluation's, by a name that every file system accepts. */
export function modelFolders(modelNames: readonly string[]): string[] {
  const folders = modelNames.map((name) => name.replaceAll(/[^\w.-]+/g, "-"));
  // Some file systems ignore case.
  const places = folders.map((name) => name.toLowerCase());
  const same = modelNames.find((_, at) =>
    places.slice(0, at).some((place) => place === places[at]),
  );
  if (same !== undefined)
    throw new PersonaAgentError(
      "config-invalid",
      `--model names ${JSON.stringify(same)} beside one whose folder would have the same name; expected different ones. Ask it in a run of its own.`,
    );
  return folders;
}

/** Refuses a folder with other files, such as those of a run of one model. */
export function expectOnly(own: readonly string[], folder: string): void {
  if (!existsSync(folder)) return;
  const expected = new Set([...own, ...reportFiles]);
  const stray = readdirSync(folder).find((name) => !name.startsWith(".") && !expected.has(name));
  if (stray !== undefined)
    throw new PersonaAgentError(
      "config-invalid",
      `The folder ${folder} holds ${JSON.stringify(stray)}, which is of no run of these models; expected an empty folder or theirs. Name another with --out.`,
    );
}
