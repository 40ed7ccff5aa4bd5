import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { type LampTask, parseQuestion } from "../domain/lamp-question.js";
import { fileInvalid, readBytes, readJson } from "./read-file.js";
import { splitJsonArray } from "./split-json-array.js";

/** The files of one LaMP set. */
export interface LampFolder {
  readonly questions: readonly string[];
  readonly outputs: readonly string[];
  /** `users.jsonl`; `null` where each question is a user. */
  readonly users: string | null;
}

/** The task that all questions of a set share. */
export interface LampSet {
  readonly task: LampTask;
  /** The allowed answers; `null` for any text. Sets may have labels of their own. */
  readonly options: readonly string[] | null;
}

export type LampSplit = "dev" | "train" | "test";

const allSplits: readonly LampSplit[] = ["dev", "train", "test"];
/** An outputs file, for errors. */
export const outputsShape = `LaMP's {"task", "golds": [{"id", "output"}]}`;
const outputsSchema = z.object({ task: z.string() });
/** A question of LaMP's, or a user of OPPU's with questions. */
const peekedSchema = z.union([
  z.object({ input: z.string() }),
  z.object({ query: z.tuple([z.object({ input: z.string() })], z.unknown()) }),
]);

/** @throws {PersonaAgentError} `config-file-invalid` when the folder has no question file of these splits. */
export async function findLampFiles(
  folder: string,
  splits: readonly LampSplit[] = allSplits,
): Promise<LampFolder> {
  const names = new Set(await readdir(folder));
  const find = (name: string) =>
    [name, `${name}.gz`].filter((candidate) => names.has(candidate)).slice(0, 1);
  const inFolder = (found: readonly string[]) => found.map((name) => join(folder, name));
  const questions = inFolder(splits.flatMap((split) => find(`${split}_questions.json`)));
  if (questions.length === 0)
    throw fileInvalid(
      `The folder ${folder} holds no ${splits.map((split) => `${split}_questions.json`).join(", ")} (or .gz); expected a LaMP folder. Check the path.`,
    );
  return {
    questions,
    outputs: inFolder(splits.flatMap((split) => find(`${split}_outputs.json`))),
    users: inFolder(find("users.jsonl"))[0] ?? null,
  };
}

/**
 * Finds a set's task: the one that its outputs file names. The questions' wording tells the two variants of `LaMP_2` apart.
 *
 * @throws {PersonaAgentError} `config-file-invalid` for a task whose answers are not choices, or an unknown one.
 */
export async function readLampSet(folder: LampFolder): Promise<LampSet> {
  const declared = folder.outputs[0] === undefined ? null : await declaredTask(folder.outputs[0]);
  const question = await firstKnownQuestion(folder.questions);
  const known = (["LaMP_1", "LaMP_2N", "LaMP_2M", "LaMP_3"] as const).find(
    (task) => task === declared,
  );
  const undecided = declared === null || declared === "LaMP_2";
  const task = known ?? (undecided ? question?.task : undefined);
  if (task === undefined || task === null)
    throw fileInvalid(
      declared === null
        ? `The questions of ${basename(folder.questions[0] ?? "")} are in no wording of LaMP_1, LaMP_2N, LaMP_2M or LaMP_3. Add the set's outputs file, which names its task.`
        : `The set's task is ${JSON.stringify(declared)}; expected LaMP_1, LaMP_2, LaMP_2N, LaMP_2M or LaMP_3. Take a set of one of these, or import its histories as JSONL.`,
    );
  return { task, options: question?.task === task ? question.options : null };
}

async function declaredTask(path: string): Promise<string> {
  const outputs = outputsSchema.safeParse(await readJson(path, outputsShape));
  if (outputs.success) return outputs.data.task;
  throw fileInvalid(`${basename(path)} names no task; expected ${outputsShape}. Check the file.`);
}

/** Some published files hold a few malformed questions, so up to 50 are read. */
async function firstKnownQuestion(paths: readonly string[]) {
  let read = 0;
  for (const path of paths) {
    for await (const element of splitJsonArray(readBytes(path), basename(path))) {
      const peeked = peekedSchema.safeParse(element);
      const input = peeked.success ? inputOf(peeked.data) : "";
      const question = parseQuestion(input);
      if (question.task !== null) return question;
      read += 1;
      if (read === 50) return null;
    }
  }
  return null;
}

function inputOf(peeked: z.output<typeof peekedSchema>): string {
  return "input" in peeked ? peeked.input : peeked.query[0].input;
}
