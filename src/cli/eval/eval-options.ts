import type { LampSplit } from "../../formats/lamp-folder.js";
import { PersonaAgentError } from "../../system/errors.js";
import { parseNames } from "../options.js";
import type { IndexKind } from "./eval-index.js";

/** The options of `eval`, parsed. */
export interface EvalOptions {
  readonly data: string;
  readonly out?: string;
  readonly methods?: readonly string[];
  readonly sets?: readonly string[];
  readonly longest?: number;
  readonly users?: number;
  readonly questions?: number;
  readonly study?: string;
  /** Different ones, at least one. */
  readonly model?: readonly string[];
  readonly alignmentModel?: string;
  readonly concurrency?: number;
  readonly perMinute?: number;
  readonly maxCalls?: number;
  readonly maxTokens?: number;
  readonly seed?: number;
  readonly split: LampSplit;
  readonly index: IndexKind;
  readonly resume?: true;
  readonly dryRun?: true;
}

/** @throws {PersonaAgentError} `config-invalid` for no name, or one that comes twice. */
export function modelsOf(text: string): readonly string[] {
  const names = parseNames(text);
  if (names.length > 0 && new Set(names).size === names.length) return names;
  throw new PersonaAgentError(
    "config-invalid",
    `--model is ${JSON.stringify(text)}; expected one model, or several different ones separated by commas. Correct it.`,
  );
}

/** For Commander: a list of some of these names, in their order. Throws `config-invalid` for any other name. */
export function someOf<Name extends string>(known: readonly Name[], option: string) {
  return (text: string): readonly Name[] => {
    const names = parseNames(text);
    const unknown = names.find((name) => !known.some((each) => each === name));
    if (unknown === undefined && names.length > 0)
      return known.filter((name) => names.includes(name));
    throw new PersonaAgentError(
      "config-invalid",
      `${option} names ${JSON.stringify((unknown ?? "").slice(0, 40))}; expected ${known.join(", ")}, separated by commas. Correct it or leave it out.`,
    );
  };
}
