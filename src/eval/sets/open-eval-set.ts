import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { PersonaAgentError } from "../../system/errors.js";
import type { LampEvalSet } from "./eval-set.js";
import { taskLabels } from "./labels.js";
import { checkEntries } from "./check-entries.js";
import { readGolds } from "./golds.js";
import {
  findLampFiles,
  readLampSet,
  type LampFolder,
  type LampSplit,
} from "../../formats/lamp-folder.js";
import { readProfile } from "../../formats/profile-item.js";
import { fileInvalid, kindOfPath } from "../../formats/read-file.js";
import {
  type RawEntry,
  readLampEntries,
  readOppuEntries,
  readQuestionUsers,
} from "./read-entries.js";

/**
 * Opens a folder for evaluation: LaMP's `{split}_questions.json` and `{split}_outputs.json` (user-based or
 * time-based), or a task's folder of OPPU's release (`user_top_100_history.json` and its label file); each may be
 * packed with gzip. Everything is checked here, before a question is asked. Memory
 * holds only ids and golds, and one element of the file while reading.
 *
 * @param split - Of LaMP's files; its test outputs are not published.
 * @throws {PersonaAgentError} `config-file-invalid` for a folder or a file that is not as its format has it, a question
 *   without a gold, a gold without a question, an id that comes twice, or an item without a field of its task.
 */
export async function openEvalSet(path: string, split: LampSplit = "dev"): Promise<LampEvalSet> {
  if ((await kindOfPath(path)) !== "folder")
    throw fileInvalid(`${path} is a file; expected the folder that holds a LaMP set's files.`);
  const { files, entries } = (await findOppu(path)) ?? (await findLamp(path, split));
  const { task, options } = await readLampSet(files);
  const labels = options ?? taskLabels(task);
  const outputs = files.outputs[0] ?? "";
  const golds = await readGolds(outputs, task, labels);
  const users = await checkEntries(entries(), task, golds, basename(outputs));
  const name = basename(resolve(path));
  return {
    name,
    task,
    labels,
    users,
    async *read(questionIds) {
      for await (const { user, questions, profile, place } of entries()) {
        const wanted = questions.filter(({ id }) => questionIds?.has(id) ?? true);
        if (wanted.length === 0) continue;
        const items = readProfile(profile, task, place);
        for (const { id, input } of wanted) {
          const question = { id, input, gold: golds.get(id) ?? "" };
          yield { user, question, profile: items };
        }
      }
    },
  };
}

interface Found {
  readonly files: LampFolder;
  readonly entries: () => AsyncIterable<RawEntry>;
}

async function findOppu(folder: string): Promise<Found | null> {
  const names = await readdir(folder);
  const find = (name: string) => names.find((found) => found === name || found === `${name}.gz`);
  const history = find("user_top_100_history.json");
  if (history === undefined) return null;
  const labels = find("user_top_100_history_label.json");
  if (labels === undefined)
    throw fileInvalid(
      `The folder ${folder} holds ${history} but no user_top_100_history_label.json (or .gz); expected both. Copy it there.`,
    );
  const path = join(folder, history);
  return {
    files: { questions: [path], outputs: [join(folder, labels)], users: null },
    entries: () => readOppuEntries(path),
  };
}

async function findLamp(folder: string, split: LampSplit): Promise<Found> {
  const files = await findLampFiles(folder, [split]);
  if (files.outputs.length === 0)
    throw fileInvalid(
      `The folder ${folder} holds no ${split}_outputs.json (or .gz); expected the true answers of its questions. Copy it there, or choose another split.`,
    );
  const users = files.users === null ? new Map() : await readQuestionUsers(files.users);
  return { files, entries: () => readLampEntries(files.questions[0] ?? "", users) };
}

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
  { names, split }: { readonly names?: readonly string[] | undefined; readonly split: LampSplit },
): Promise<LampEvalSet[]> {
  const folders = await findSets(path, split);
  if (folders.length === 0)
    throw fileInvalid(
      `${path} holds no set and no folder with one; expected ${split}_questions.json and ${split}_outputs.json (or .gz) there. Check the path.`,
    );
  const sets: LampEvalSet[] = [];
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

/** True also for half a set, so that opening it says what is missing. */
async function isSet(path: string, split: LampSplit): Promise<boolean> {
  const names = await readdir(path);
  return names.some((name) =>
    [`${split}_questions.json`, `${split}_outputs.json`, "user_top_100_history.json"].includes(
      name.replace(/\.gz$/, ""),
    ),
  );
}
