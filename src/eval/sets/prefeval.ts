import { basename } from "node:path";
import { z } from "zod";
import { numberedQuestion } from "../../domain/numbered-question.js";
import { isSameAnswer } from "../../domain/scoring/choice-score.js";
import { textFault } from "../../formats/history-source.js";
import { fileInvalid, readBytes } from "../../formats/read-file.js";
import { splitLines } from "../../formats/split-lines.js";
import type { PrefEvalSet, PrefEvalUser } from "./eval-set.js";
import { taskLabels } from "./labels.js";
import { createRandom, seedFor, shuffled } from "../../system/seeded-random.js";

const text = z.string().refine((value) => value.trim() !== "", "is empty");
const lineSchema = z.object({
  id: text,
  topic: text,
  question: text,
  options_first_is_right: z.tuple([text, text, text, text]),
  conversation: z.array(z.object({ user: text, assistant: text })).min(1),
});
type PrefEvalLine = z.output<typeof lineSchema>;

const expected =
  'expected PrefEval\'s {"id", "topic", "question", "options_first_is_right", "conversation"}, with four options and a conversation of {"user", "assistant"}';
const labels = taskLabels("PrefEval");

/**
 * Opens a file in PrefEval's form (Zhao et al. 2025, arXiv 2502.09597), plain or gzip: one preference a line. The options of
 * each question are put into an order drawn with the seed and the line's id. Other fields, such as the preference itself,
 * are not read: a method learns of it only by the conversation.
 *
 * @throws {PersonaAgentError} `config-file-invalid` for a line that is not as expected, an id that comes twice, two options
 *   that are the same, or a file without lines.
 */
export async function openPrefEval(path: string, seed: number): Promise<PrefEvalSet> {
  const file = basename(path);
  const people: PrefEvalUser[] = [];
  const ids = new Set<string>();
  for await (const line of splitLines(readBytes(path))) {
    const parsed = "fault" in line ? line.fault : parseLine(line.text);
    const fault =
      typeof parsed === "string" ? `${parsed}; ${expected}` : faultOf(parsed, ids.has(parsed.id));
    if (fault !== null) throw fileInvalid(`${file}, line ${line.number}: ${fault}. Correct it.`);
    if (typeof parsed === "string") continue;
    ids.add(parsed.id);
    people.push(toUser(parsed, seed));
  }
  if (people.length === 0)
    throw fileInvalid(`${file} is empty; ${expected} in each line. Check the path.`);
  return {
    name: file.replace(/\.jsonl?(?:\.gz)?$/, ""),
    task: "PrefEval",
    labels,
    people,
    seed,
    users: people.map(({ user, question, conversation }) => ({
      user,
      questionIds: [question.id],
      historyLength: conversation.length,
    })),
  };
}

/** The line, or why it is none. */
function parseLine(json: string): PrefEvalLine | string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return "not valid JSON";
  }
  const parsed = lineSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join(".") ?? "";
  return field === "" ? "not an object" : `${field} is missing, empty or of another kind`;
}

function faultOf(
  { id, question, options_first_is_right: options, conversation }: PrefEvalLine,
  isSecond: boolean,
): string | null {
  if (isSecond) return `the id ${JSON.stringify(id)} comes a second time; expected each once`;
  const same = options.find((option, at) =>
    options.slice(0, at).some((other) => isSameAnswer(option, other)),
  );
  if (same !== undefined)
    return `the option ${JSON.stringify(same)} comes twice; expected four different ones`;
  for (const said of [question, ...options, ...conversation.flatMap(Object.values<string>)]) {
    const fault = textFault("a text", said);
    if (fault !== null) return fault;
  }
  return null;
}

function toUser(line: PrefEvalLine, seed: number): PrefEvalUser {
  const { id, topic, question, options_first_is_right: options, conversation } = line;
  const places = shuffled([0, 1, 2, 3] as const, createRandom(seedFor(seed, "options", id)));
  const texts = places.map((place) => options[place].trim());
  const gold = labels[places.indexOf(0)] ?? "";
  return {
    user: id,
    topic,
    question: { id, input: numberedQuestion(question.trim(), texts), gold },
    conversation,
  };
}
