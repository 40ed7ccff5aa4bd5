import { join } from "node:path";
import { openEvalSet } from "../src/eval/sets/open-eval-set.js";
import { importHistories, type ImportTarget } from "../src/app/import-histories.js";
import type { Episode } from "../src/domain/episode.js";
import { noUsage } from "../src/domain/usage.js";

/** A user of a LaMP folder: the history, and the questions with their true answers, which are not in it. */
export interface LampUser {
  readonly user: string;
  readonly episodes: readonly Episode[];
  readonly questions: readonly { readonly question: string; readonly gold: string }[];
}

/** Users in the file's order, their histories as the import makes episodes of them. */
export async function readLampUsers(data: string, set: string): Promise<LampUser[]> {
  const path = join(data, set);
  const { users, read } = await openEvalSet(path);
  const questions = new Map<string, LampUser["questions"][number][]>();
  for await (const { user, question } of read())
    questions.set(user, [
      ...(questions.get(user) ?? []),
      { question: question.input, gold: question.gold },
    ]);
  const histories = await importedHistories(path);
  return users.map(({ user }) => ({
    user,
    episodes: histories.get(user) ?? [],
    questions: questions.get(user) ?? [],
  }));
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
