import { basename } from "node:path";
import { z } from "zod";
import { idSchema, type RawEntry } from "./raw-entry.js";
import { fileInvalid, readBytes } from "../../formats/read-file.js";
import { splitJsonArray } from "../../formats/split-json-array.js";

const question = z.object({ id: idSchema, input: z.string() });
const profile = z.array(z.unknown());
const lampSchema = question.extend({ profile, user_id: idSchema.nullish() });
const oppuSchema = z.object({ user_id: idSchema, profile, query: z.array(question) });

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
    yield {
      place: `${place} (id ${JSON.stringify(id)})`,
      user,
      questions: [{ id, input }],
      profile,
    };
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

async function* elements(path: string) {
  const file = basename(path);
  let number = 0;
  for await (const value of splitJsonArray(readBytes(path), file)) {
    number += 1;
    yield { place: `${file}, element ${number}`, value };
  }
}

function parse<Output>(schema: z.ZodType<Output>, value: unknown, place: string): Output {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") ?? "";
  throw fileInvalid(
    `${place}: ${field === "" ? "the element" : `the field ${field}`} is missing or of another kind than LaMP's. Correct the file.`,
  );
}
