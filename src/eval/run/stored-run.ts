import { z } from "zod";
import { PersonaAgentError } from "../../errors.js";
import { runRecordSchema } from "./run-record.js";

/** As `run.json` has it: with what tells whether the same questions are asked again. */
export const storedSchema = runRecordSchema.extend({ questionsHash: z.string() });
export type StoredRun = z.output<typeof storedSchema>;

/** @throws {PersonaAgentError} `config-invalid` that names the first setting in which two runs differ. */
export function expectSame(found: StoredRun, run: StoredRun, folder: string): void {
  const different = (
    [
      ["model", found.model, run.model],
      ["alignment model", found.alignmentModel, run.alignmentModel],
      ["embeddings", found.embeddings, run.embeddings],
      ["index", found.index, run.index],
      ["seed", found.seed, run.seed],
      ["sets", names(found.sets.map(({ name }) => name)), names(run.sets.map(({ name }) => name))],
      ["methods", names(found.arms.map(({ id }) => id)), names(run.arms.map(({ id }) => id))],
      ["settings of methods", settings(found), settings(run)],
      ["questions", questions(found), questions(run)],
    ] as const
  ).find(([, before, now]) => before !== now);
  if (different === undefined) return;
  const [what, before, now] = different;
  throw new PersonaAgentError(
    "config-invalid",
    `The run in ${folder} was begun with other settings: its ${what} ${before}, now ${now}; expected the same. Give them as they were, or name another folder with --out.`,
  );
}

function questions({ sets, questionsHash }: StoredRun): string {
  const count = sets.reduce((sum, set) => sum + set.questions, 0);
  const users = sets.reduce((sum, set) => sum + set.users, 0);
  return `${count} of ${users} users (${questionsHash})`;
}

const names = (list: readonly string[]) => list.join(",");
const settings = ({ arms }: StoredRun) => JSON.stringify(arms.map((arm) => arm.settings));
