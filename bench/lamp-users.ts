import { join } from "node:path";
import { z } from "zod";
import { findLampFiles } from "../src/eval/formats/lamp-folder.js";
import { readBytes } from "../src/eval/formats/read-bytes.js";
import { splitJsonArray } from "../src/eval/formats/split-json-array.js";
import { splitLines } from "../src/eval/formats/split-lines.js";
import { importHistories, type ImportTarget } from "../src/cli/import-histories.js";
import type { Episode } from "../src/domain/episode.js";
import { noUsage } from "../src/domain/usage.js";

/** A user of a LaMP folder: the history, and the questions with their true answers, which are not in it. */
export interface LampUser {
  readonly user: string;
  readonly episodes: readonly Episode[];
  readonly questions: readonly { readonly question: string; readonly gold: string }[];
}

const id = z.union([z.string(), z.number()]).transform(String);
const questionSchema = z.object({ id, input: z.string() });
const outputsSchema = z.object({ golds: z.array(z.object({ id, output: z.string() })) });
const userSchema = z.object({ user: z.string(), question_ids: z.array(id) });
const maxLineBytes = 400_000_000;

/** Users in the file's order, their histories as the import makes episodes of them. */
export async function readLampUsers(data: string, set: string): Promise<LampUser[]> {
  const path = join(data, set);
  const folder = await findLampFiles(path);
  if (folder.users === null) throw new Error(`${path} has no users.jsonl; expected one.`);
  const inputs = new Map<string, string>();
  for (const file of folder.questions)
    for await (const element of splitJsonArray(readBytes(file), file)) {
      const question = questionSchema.parse(element);
      inputs.set(question.id, question.input);
    }
  const golds = new Map<string, string>();
  for (const file of folder.outputs) {
    const chunks: Buffer[] = [];
    for await (const chunk of readBytes(file)) chunks.push(chunk);
    const outputs = outputsSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
    for (const gold of outputs.golds) golds.set(gold.id, gold.output);
  }
  const histories = await importedHistories(path);
  const users: LampUser[] = [];
  for await (const line of splitLines(readBytes(folder.users), maxLineBytes)) {
    if ("fault" in line) throw new Error(`${folder.users}: ${line.fault}`);
    const { user, question_ids: asked } = userSchema.parse(JSON.parse(line.text));
    const questions = asked.flatMap((questionId) => {
      const [question, gold] = [inputs.get(questionId), golds.get(questionId)];
      return question === undefined || gold === undefined ? [] : [{ question, gold }];
    });
    users.push({ user, episodes: histories.get(user) ?? [], questions });
  }
  return users;
}

/** What `import` would write, caught on the way. */
async function importedHistories(path: string): Promise<ReadonlyMap<string, readonly Episode[]>> {
  const histories = new Map<string, Episode[]>();
  const target: ImportTarget = {
    memory: {
      episodes: {
        addMany: async (user, episodes) => {
          histories.set(user, [...(histories.get(user) ?? []), ...episodes]);
          return { added: episodes.length, degraded: [] };
        },
      },
    },
    refreshProfile: async () => ({ profile: null, usage: noUsage, changed: false }),
  };
  await importHistories(path, (work) => work(target), {
    profiles: false,
    signal: new AbortController().signal,
    progress: () => {},
  });
  return histories;
}
