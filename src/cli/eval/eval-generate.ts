import { basename, resolve } from "node:path";
import type { Command } from "commander";
import { PersonaAgentError } from "../../errors.js";
import { generateSet, type GeneratorOptions } from "../../eval/sets/generator.js";
import { lampLabels } from "../../eval/sets/labels.js";
import { writeGeneratedSet } from "../../eval/sets/write-set.js";
import { colorsFor } from "../output/terminal.js";
import { commonOptions, writeJson } from "../cli-context.js";
import type { CliContext } from "../cli-context.js";
import { parseCount } from "../options.js";
import { counted } from "../output/figures.js";

export interface EvalGenerateOptions {
  readonly out: string;
  readonly task: GeneratorOptions["task"];
  readonly users?: string;
  readonly history?: string;
  readonly questions?: string;
  readonly noise?: string;
  readonly seed?: string;
}

/** A set is made in memory, which this bounds to some hundred megabytes. */
const mostItems = 1_000_000;
/** Items are a day apart, and the calendar of LaMP's dates has four digits for a year. */
const mostHistory = 100_000;

/** @throws {PersonaAgentError} `config-invalid` for a value that is not taken, or a folder that is not new. */
export async function runEvalGenerate(
  options: EvalGenerateOptions,
  command: Command,
  context: CliContext,
): Promise<void> {
  const { task, out } = options;
  if (out.trim() === "") throw invalid("--out is empty; expected a new folder. Name one.");
  const users = parseCount(options.users ?? "20", "--users");
  const history = parseCount(options.history ?? "40", "--history");
  const questions = parseCount(options.questions ?? "4", "--questions");
  const seed = parseCount(options.seed ?? "1", "--seed", 0);
  const noise = parseShare(options.noise ?? "0", "--noise");
  const items = users * (history + questions);
  if (items > mostItems || history > mostHistory)
    throw invalid(
      `The set would hold ${items} texts, ${history} of them in a user's history; expected at most ${mostItems}, and ${mostHistory} in a history. Ask for fewer.`,
    );
  const folder = resolve(out);
  const set = generateSet({ task, seed, users, historyLength: history, questions, noise });
  await writeGeneratedSet(set, folder);
  // Of answers drawn at random some are the user's own.
  const best = 1 - noise + noise / lampLabels(task).length;
  if (commonOptions(command).json) {
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
