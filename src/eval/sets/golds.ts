import { basename } from "node:path";
import { z } from "zod";
import type { LampTask } from "../../domain/lamp-question.js";
import { parseRating } from "../metrics/rating.js";
import { outputsShape } from "../../formats/lamp-folder.js";
import { fileInvalid, readJson } from "../../formats/read-file.js";

const text = z.union([z.string(), z.number()]).transform(String);
const outputsSchema = z.object({ golds: z.array(z.object({ id: text, output: text })) });

/**
 * The true answers of an outputs file by their question's id. The file is read whole: an answer is a label.
 *
 * @param labels - The answers that the set's questions allow; a rating must be a number instead.
 * @throws {PersonaAgentError} `config-file-invalid` for a broken file, an id that comes twice, or an answer that no
 *   question allows, because every prediction would be wrong on it.
 */
export async function readGolds(
  path: string,
  task: LampTask,
  labels: readonly string[],
): Promise<Map<string, string>> {
  const name = basename(path);
  const parsed = outputsSchema.safeParse(await readJson(path, outputsShape));
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join(".") ?? "";
    throw fileInvalid(
      `${name}: ${field === "" ? "the whole" : field} is not as expected; expected ${outputsShape}. Correct the file.`,
    );
  }
  const golds = new Map<string, string>();
  for (const { id, output } of parsed.data.golds) {
    const refuse = (what: string) => fileInvalid(`${name}: gold ${JSON.stringify(id)} ${what}`);
    if (golds.has(id)) throw refuse("comes twice; expected each id once. Leave one out.");
    const isAllowed =
      task === "LaMP_3" ? parseRating(output) !== null : labels.includes(output.trim());
    if (!isAllowed)
      throw refuse(
        `has the output ${JSON.stringify(output)}; expected ${task === "LaMP_3" ? "a number" : `one of ${labels.join(", ")}`}. Correct the file.`,
      );
    golds.set(id, output);
  }
  return golds;
}
