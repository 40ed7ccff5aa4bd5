import { basename, resolve } from "node:path";
import { PersonaAgentError } from "../../system/errors.js";
import { generateSet, type GeneratorOptions } from "../../eval/sets/generator.js";
import { taskLabels } from "../../eval/sets/labels.js";
import { writeGeneratedSet } from "../../eval/sets/write-set.js";
import { colorsFor } from "../output/terminal.js";
import { type CommandContext, writeJson } from "../cli-context.js";
import { counted } from "../output/figures.js";

export interface EvalGenerateOptions {
  readonly out: string;
  readonly task: GeneratorOptions["task"];
  readonly users?: number;
  readonly history?: number;
  readonly questions?: number;
  readonly noise?: string;
  readonly seed?: number;
}

/** The set is made in memory: this is some hundred megabytes. */
const mostItems = 1_000_000;
/** Items are a day apart, and a year in LaMP's dates has four digits. */
const mostHistory = 100_000;

/** @throws {PersonaAgentError} `config-invalid` for a value out of range, or a folder that is not empty. */
export async function runEvalGenerate(
  options: EvalGenerateOptions,
  context: CommandContext,
): Promise<void> {
  const { task, out, users = 20, history = 40, questions = 4, seed = 1 } = options;
  if (out.trim() === "") throw invalid("--out is empty; expected a new folder. Name one.");
  const noise = parseShare(options.noise ?? "0", "--noise");
  const items = users * (history + questions);
  if (items > mostItems || history > mostHistory)
    throw invalid(
      `The set would hold ${items} texts, ${history} of them in a user's history; expected at most ${mostItems}, and ${mostHistory} in a history. Ask for fewer.`,
    );
  const folder = resolve(out);
  const set = generateSet({ task, seed, users, historyLength: history, questions, noise });
  await writeGeneratedSet(set, folder);
  // Some answers drawn at random happen to be right.
  const best = 1 - noise + noise / taskLabels(task).length;
  if (context.json) {
    const sizes = { users, history, questions, noise, seed, best };
    return writeJson(context, { set: basename(folder), folder, task, ...sizes });
  }
  const colors = colorsFor(context.stdout);
  context.stdout.write(
    `${colors.green("✓")} ${counted(users * questions, "question")} of ${counted(users, "user")} in ${folder} ${colors.dim(`(${task}; at best ${(100 * best).toFixed(1)} % right)`)}\n`,
  );
}

function parseShare(text: string, name: string): number {
  const share = /^(?:\d+(?:\.\d*)?|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (share >= 0 && share <= 1) return share;
  throw invalid(
    `${name} is ${JSON.stringify(text.slice(0, 40))}; expected a share from 0 to 1, as 0.1. Correct it or leave it out.`,
  );
}

function invalid(message: string): PersonaAgentError {
  return new PersonaAgentError("config-invalid", message);
}
