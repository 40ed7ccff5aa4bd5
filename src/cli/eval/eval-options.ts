import type { LampSplit } from "../../formats/lamp-folder.js";
import type { RunBudget } from "../../eval/run/call-gate.js";
import { PersonaAgentError } from "../../errors.js";
import { parseCount } from "../options.js";
import type { IndexKind } from "./eval-index.js";

/** The words of `eval` as Commander gives them. */
export interface EvalOptions {
  readonly data: string;
  readonly out?: string;
  readonly methods?: string;
  readonly sets?: string;
  readonly longest?: string;
  readonly users?: string;
  readonly questions?: string;
  readonly study?: string;
  readonly model?: string;
  readonly alignmentModel?: string;
  readonly concurrency?: string;
  readonly perMinute?: string;
  readonly maxCalls?: string;
  readonly maxTokens?: string;
  readonly seed?: string;
  readonly split: LampSplit;
  readonly index: IndexKind;
  readonly resume?: true;
  readonly dryRun?: true;
}

const counts = {
  longest: "--longest",
  users: "--users",
  questions: "--questions",
  concurrency: "--concurrency",
  perMinute: "--per-minute",
  maxCalls: "--max-calls",
  maxTokens: "--max-tokens",
} as const;

const unlessGiven = { seed: 1, concurrency: 16 };

/**
 * The numbers and lists of `eval`; what was not given has no field, save for the defaults.
 *
 * @throws {PersonaAgentError} `config-invalid`
 */
export function parseEvalOptions(options: EvalOptions) {
  const given: { [K in keyof typeof counts]?: number } = Object.fromEntries(
    Object.entries(counts).flatMap(([name, flag]) => {
      const text = options[name as keyof typeof counts];
      return text === undefined ? [] : [[name, parseCount(text, flag)]];
    }),
  );
  const { maxCalls: calls, maxTokens: tokens, longest, users, questions, ...rest } = given;
  const seed =
    options.seed === undefined ? unlessGiven.seed : parseCount(options.seed, "--seed", 0);
  const budget: RunBudget = { ...(calls && { calls }), ...(tokens && { tokens }) };
  return {
    ...unlessGiven,
    ...rest,
    seed,
    budget,
    selection: {
      ...(longest !== undefined && { longestHistories: longest }),
      ...(users !== undefined && { sample: { users, seed } }),
      ...(questions !== undefined && { questions }),
    },
    methods: listOf(options.methods),
    sets: listOf(options.sets),
    models: modelsOf(options.model),
  };
}

function modelsOf(text: string | undefined): readonly string[] | undefined {
  const names = listOf(text);
  const twice = names?.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined || names?.length === 0)
    throw new PersonaAgentError(
      "config-invalid",
      `--model is ${JSON.stringify(text)}; expected one model, or several different ones separated by commas. Correct it.`,
    );
  return names;
}

/** Names separated by commas; undefined where nothing was given. */
export function listOf(text: string | undefined): readonly string[] | undefined {
  return text
    ?.split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
