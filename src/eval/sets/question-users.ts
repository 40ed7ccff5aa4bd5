import { basename } from "node:path";
import { z } from "zod";
import { idSchema } from "./raw-entry.js";
import { fileInvalid, readBytes } from "../../formats/read-file.js";
import { splitLines } from "../../formats/split-lines.js";

const lineSchema = z.object({ user: z.string(), question_ids: z.array(idSchema) });

/**
 * Whose each question is, by `users.jsonl`: not a file of LaMP's, but of sets in its form that keep users apart.
 *
 * @returns User by question id.
 * @throws {PersonaAgentError} `config-file-invalid` for a broken line, or a question that two users have.
 */
export async function readQuestionUsers(path: string): Promise<Map<string, string>> {
  const users = new Map<string, string>();
  for await (const line of splitLines(readBytes(path))) {
    const refuse = (what: string) =>
      fileInvalid(`${basename(path)}, line ${line.number}: ${what} Correct the file.`);
    if ("fault" in line) throw refuse(`${line.fault}.`);
    const { user, question_ids } = parse(line.text, refuse);
    for (const id of question_ids) {
      const other = users.get(id) ?? user;
      if (other !== user)
        throw refuse(
          `the question ${JSON.stringify(id)} is of ${user}, and of ${other}; expected one user.`,
        );
      users.set(id, user);
    }
  }
  return users;
}

function parse(text: string, refuse: (what: string) => Error): z.output<typeof lineSchema> {
  try {
    return lineSchema.parse(JSON.parse(text));
  } catch {
    throw refuse('expected {"user", "question_ids"}.');
  }
}
