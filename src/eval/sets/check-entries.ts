import type { LampTask } from "../../domain/lamp-question.js";
import type { EvalUser } from "./eval-set.js";
import { readProfile } from "../../formats/profile-item.js";
import type { RawEntry } from "./read-entries.js";
import { fileInvalid } from "../../formats/read-file.js";

/**
 * Reads all entries once, keeping ids only.
 *
 * @param golds - True answer by question id; `goldsFile` is the name of their file, for messages.
 * @returns The users, in the file's order.
 * @throws {PersonaAgentError} `config-file-invalid` for an item without a field of its task, a question id that comes
 *   twice, a question without a gold, and a gold without a question.
 */
export async function checkEntries(
  entries: AsyncIterable<RawEntry>,
  task: LampTask,
  golds: ReadonlyMap<string, string>,
  goldsFile: string,
): Promise<EvalUser[]> {
  const users = new Map<string, { questionIds: string[]; historyLength: number }>();
  const questionIds = new Set<string>();
  for await (const { place, user, questions, profile } of entries) {
    readProfile(profile, task, place);
    const counts = users.get(user) ?? { questionIds: [], historyLength: 0 };
    users.set(user, counts);
    counts.historyLength = Math.max(counts.historyLength, profile.length);
    for (const { id } of questions) {
      const name = JSON.stringify(id);
      if (questionIds.has(id))
        throw fileInvalid(
          `${place}: the question id ${name} comes a second time; expected each once. Leave one out.`,
        );
      if (!golds.has(id))
        throw fileInvalid(
          `${place}: the question ${name} has no gold; expected one in ${goldsFile}. Use the outputs of the same set and split.`,
        );
      questionIds.add(id);
      counts.questionIds.push(id);
    }
  }
  if (questionIds.size === 0)
    throw fileInvalid("The set holds no question; expected at least one. Check the files.");
  const orphans = [...golds.keys()].filter((id) => !questionIds.has(id));
  if (orphans.length > 0)
    throw fileInvalid(
      `${goldsFile}: gold ${JSON.stringify(orphans[0])} has no question, nor have ${orphans.length - 1} others of ${golds.size}; expected the golds of the set's questions. Use the outputs of the same set and split.`,
    );
  return [...users].map(([user, counts]) => ({ user, ...counts }));
}
