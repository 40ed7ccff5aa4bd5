import { existsSync, readdirSync } from "node:fs";
import { PersonaAgentError } from "../../errors.js";
import { reportFiles } from "../../eval/report/write-report.js";

/** The folder of each model's run within the one of their evaluation, by a name that every file system takes. */
export function modelFolders(modelNames: readonly string[]): string[] {
  const folders = modelNames.map((name) => name.replaceAll(/[^\w.-]+/g, "-"));
  // Some file systems take capitals for small letters.
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

/** Whatever else there is, as the files of a run of one model, is not to be written among. */
export function expectOnly(own: readonly string[], folder: string): void {
  if (!existsSync(folder)) return;
  const known = new Set([...own, ...reportFiles]);
  const stray = readdirSync(folder).find((name) => !name.startsWith(".") && !known.has(name));
  if (stray !== undefined)
    throw new PersonaAgentError(
      "config-invalid",
      `The folder ${folder} holds ${JSON.stringify(stray)}, which is of no run of these models; expected an empty folder or theirs. Name another with --out.`,
    );
}
