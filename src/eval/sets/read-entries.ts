import { basename } from "node:path";
import { z } from "zod";
import { fileInvalid, readBytes } from "../../formats/read-file.js";
import { splitJsonArray } from "../../formats/split-json-array.js";
import { splitLines } from "../../formats/split-lines.js";

/** One element of a file: a LaMP question, or an OPPU user with several. Items are not yet checked. */
export interface RawEntry {
  /** File and element, from 1, for messages. */
  readonly place: string;
  readonly user: string;
  readonly questions: readonly { readonly id: string; readonly input: string }[];
  readonly profile: readonly unknown[];
}

/** Ids are numbers in some files and texts in others. */
const idSchema = z.union([z.string(), z.number().int()]).transform(String);
const question = z.object({ id: idSchema, input: z.string() });
const profile = z.array(z.unknown());
const lampSchema = question.extend({ profile, user_id: idSchema.nullish() });
const oppuSchema = z.object({ user_id: idSchema, profile, query: z.array(question) });
const usersLineSchema = z.object({ user: z.string(), question_ids: z.array(idSchema) });

/**
 * The questions of a LaMP file, user-based or time-based, one by one. Its user is the question's `user_id`, else the
 * one that `users` names for it, else the question itself.
 *
 * @param users - User by question id; empty without such a list.
 * @throws {PersonaAgentError} `config-file-invalid` for a broken file or an entry without its fields.
 */
export async function* readLampEntries(
  path: string,
  users: ReadonlyMap<string, string>,
): AsyncGenerator<RawEntry> {
  for await (const { place, value } of elements(path)) {
    const { id, input, user_id, profile } = parse(lampSchema, value, place);
    const user = user_id ?? users.get(id) ?? id;
    const named = `${place} (id ${JSON.stringify(id)})`;
    yield { place: named, user, questions: [{ id, input }], profile };
  }
}

/**
 * The users of OPPU's `user_top_100_history.json`, one by one.
 *
 * @throws {PersonaAgentError} `config-file-invalid` for a broken file or an entry without its fields.
 */
export async function* readOppuEntries(path: string): AsyncGenerator<RawEntry> {
  const seen = new Set<string>();
  for await (const { place, value } of elements(path)) {
    const { user_id, query, profile } = parse(oppuSchema, value, place);
    const named = `${place} (user ${JSON.stringify(user_id)})`;
    if (seen.has(user_id))
      throw fileInvalid(`${named} comes twice; expected each user once. Leave one out.`);
    seen.add(user_id);
    yield { place: named, user: user_id, questions: query, profile };
  }
}

/**
 * Whose each question is, by `users.jsonl`: a file of ours, for sets in LaMP's form that keep users apart.
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
    const parsed = usersLineSchema.safeParse(jsonOf(line.text));
    if (!parsed.success) throw refuse('expected {"user", "question_ids"}.');
    const { user, question_ids } = parsed.data;
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

async function* elements(path: string) {
  const file = basename(path);
  let number = 0;
  for await (const value of splitJsonArray(readBytes(path), file)) {
    number += 1;
    yield { place: `${file}, element ${number}`, value };
  }
}

/** Undefined for a text that is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parse<Output>(schema: z.ZodType<Output>, value: unknown, place: string): Output {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join(".") ?? "";
  throw fileInvalid(
    `${place}: ${field === "" ? "the element" : `the field ${field}`} is missing or of another kind than LaMP's. Correct the file.`,
  );
}
