import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { PersonaAgentError } from "../../system/errors.js";
import type { GeneratedSet } from "./generator.js";

/**
 * Writes a generated set as LaMP's files, and beside them `known.json`: each user's rules, and each question's answer by
 * them. The folder appears when it is whole.
 *
 * @param folder - A new or empty folder.
 * @throws {PersonaAgentError} `config-invalid` when something is in it, or it cannot be written.
 */
export async function writeGeneratedSet(set: GeneratedSet, folder: string): Promise<void> {
  const path = resolve(folder);
  let unfinished: string | null = null;
  try {
    await mkdir(dirname(path), { recursive: true });
    unfinished = await mkdtemp(join(dirname(path), `.${basename(path)}-`));
    await pipeline(
      Readable.from(arrayText(set.questions)),
      createWriteStream(join(unfinished, "dev_questions.json")),
    );
    await writeFile(join(unfinished, "dev_outputs.json"), JSON.stringify(set.outputs));
    const rules = Object.fromEntries(
      [...set.rules].map(([user, rule]) => [user, Object.fromEntries(rule)]),
    );
    await writeFile(join(unfinished, "known.json"), JSON.stringify({ rules, best: set.best }));
    await rename(unfinished, path);
  } catch (error) {
    if (unfinished !== null) await rm(unfinished, { recursive: true, force: true });
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    // A rename replaces an empty folder only.
    const what =
      code === "ENOTEMPTY"
        ? "holds something already; expected a new folder. Nothing is overwritten"
        : `cannot be written (${code}); expected a place for a new folder`;
    throw new PersonaAgentError("config-invalid", `The folder ${path} ${what}. Name another.`, {
      cause: error,
    });
  }
}

/** Each question on a line: for a large set, one text would be longer than Node allows. */
function* arrayText(questions: GeneratedSet["questions"]): Generator<string> {
  for (const [place, question] of questions.entries())
    yield `${place === 0 ? "[" : ",\n"}${JSON.stringify(question)}`;
  yield "]\n";
}
