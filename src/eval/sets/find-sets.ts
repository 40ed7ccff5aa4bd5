import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { PersonaAgentError } from "../../errors.js";
import type { EvalSet } from "./eval-set.js";
import type { LampSplit } from "../../formats/lamp-folder.js";
import { openEvalSet } from "./open-eval-set.js";
import { fileInvalid, kindOfPath } from "../../formats/read-file.js";

/**
 * Opens the sets of a folder, each checked whole: the folder itself where it is a set, else each folder in it that is
 * one, by name.
 *
 * @param names - Only these; all unless given.
 * @throws {PersonaAgentError} `config-file-invalid` as `openEvalSet`, or where there is no set; `config-invalid` for a
 *   name that none has.
 */
export async function openEvalSets(
  path: string,
  { names, split }: { readonly names?: readonly string[]; readonly split: LampSplit },
): Promise<EvalSet[]> {
  const folders = await findSets(path, split);
  if (folders.length === 0)
    throw fileInvalid(
      `${path} holds no set and no folder with one; expected ${split}_questions.json and ${split}_outputs.json (or .gz) there. Check the path.`,
    );
  const sets: EvalSet[] = [];
  const unknown = names?.find((name) => !folders.some((folder) => folder.name === name));
  if (unknown !== undefined)
    throw new PersonaAgentError(
      "config-invalid",
      `There is no set ${JSON.stringify(unknown.slice(0, 60))} in ${path}; expected one of ${folders.map(({ name }) => name).join(", ")}. Check the spelling.`,
    );
  for (const folder of folders)
    if (names?.includes(folder.name) ?? true) sets.push(await openEvalSet(folder.path, split));
  return sets;
}

async function findSets(path: string, split: LampSplit) {
  if ((await kindOfPath(path)) !== "folder")
    throw fileInvalid(
      `${path} is a file; expected a folder of sets, or one set's. Check the path.`,
    );
  const folders = [{ name: basename(resolve(path)), path }];
  if (await isSet(path, split)) return folders;
  const entries = await readdir(path, { withFileTypes: true });
  const inside = entries
    .filter((entry) => !entry.isFile())
    .map(({ name }) => ({ name, path: join(path, name) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const found = [];
  for (const folder of inside)
    if ((await kindOfPath(folder.path)) === "folder" && (await isSet(folder.path, split)))
      found.push(folder);
  return found;
}

/** Half a set is taken for one, so that opening it says what is missing. */
async function isSet(path: string, split: LampSplit): Promise<boolean> {
  const names = await readdir(path);
  return names.some((name) =>
    [`${split}_questions.json`, `${split}_outputs.json`, "user_top_100_history.json"].includes(
      name.replace(/\.gz$/, ""),
    ),
  );
}
