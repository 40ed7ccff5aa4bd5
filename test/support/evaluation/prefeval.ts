import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { prefEvalCases } from "../../../src/eval/cases/prefeval-cases.js";
import type { EvalCase } from "../../../src/eval/eval-case.js";
import { openPrefEval } from "../../../src/eval/sets/prefeval.js";

/** An invented preference on one of two topics, as a line of a file in PrefEval's form has it. */
export function preferenceLine(n: number, turns = 3) {
  const isFood = n % 2 === 0;
  const turn = (at: number) => ({
    user: `Part ${at} of talk ${n}: my neighbour plays the tuba.`,
    assistant: `That is reply ${at} of talk ${n}.`,
  });
  const passing = {
    user: `By the way, talk ${n}, I ${isFood ? "never eat anything with fins" : "always travel by train"}.`,
    assistant: `Noted in talk ${n}.`,
  };
  return {
    id: `${isFood ? "food" : "travel"}-${n}`,
    topic: isFood ? "food" : "travel",
    preference: `The secret statement ${n}.`,
    question: isFood ? `What shall I cook on day ${n}?` : `How do I get to town ${n}?`,
    explanation: `The secret explanation ${n}.`,
    options_first_is_right: isFood
      ? ["A lentil stew.", "A grilled trout.", "A tuna salad.", 'The "fisher\'s plate".']
      : ["The night train.", "A rental car.", "A short flight.", "The coach."],
    conversation: [turn(1), passing, ...Array.from({ length: turns - 2 }, (_, at) => turn(at + 3))],
  };
}

export const preferenceLines = (count: number, turns?: number) =>
  Array.from({ length: count }, (_, n) => preferenceLine(n, turns));

/** Writes lines, each as JSON unless it is a text; packed where the name ends in `.gz`. */
export async function writePrefEval(
  folder: string,
  lines: readonly unknown[],
  name = "invented.jsonl",
): Promise<string> {
  const path = join(folder, name);
  const texts = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  const text = texts.map((line) => `${line}\n`).join("");
  await writeFile(path, name.endsWith(".gz") ? gzipSync(text) : text);
  return path;
}

/** The cases of a file, by their user. */
export async function prefEvalCasesOf(path: string, seed = 1): Promise<Map<string, EvalCase>> {
  const set = await openPrefEval(path, seed);
  const ids = new Set(set.people.map(({ question }) => question.id));
  return new Map([...prefEvalCases(set, ids)].map((one) => [one.user, one]));
}
