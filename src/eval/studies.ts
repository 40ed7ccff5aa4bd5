import { PersonaAgentError } from "../system/errors.js";
import { distances, expectDistances } from "./cases/prefeval-cases.js";
import type { Arm, ArmSettings, Method } from "./method.js";
import { mainMethods } from "./methods/all-methods.js";
import type { EvalSet } from "./sets/eval-set.js";

/** Every other method belongs to the ablation. */
const mainNames = mainMethods.map(({ name }) => name);
const bothModes = ["persona-agent", "persona-agent-paper"];
/** For a study of the alignment: methods without an agent, and one without alignment. */
const rivals = ["rag", "pag", "without-alignment"];

/** What a study changes, and for which methods. */
interface Study {
  readonly runs: (method: Method) => boolean;
  /** None where the methods themselves are what is compared. */
  readonly values?: readonly number[];
  readonly settings?: (value: number) => ArmSettings;
  /** Methods that the setting does not change, run once: the gain is measured against them. */
  readonly rivals?: readonly string[];
  /** Throws for a set on which its settings change nothing. */
  readonly check?: (set: EvalSet) => void;
}

const oneOf =
  (names: readonly string[]) =>
  ({ name }: Method) =>
    names.includes(name);

/** The studies of the paper (§4.2 to §4.8), and PrefEval's distance. Noise is none: it is a property of a generated set. */
const studies = new Map<string, Study>(
  Object.entries({
    main: { runs: oneOf(mainNames) },
    ablation: { runs: ({ name }) => name === "persona-agent" || !mainNames.includes(name) },
    /** Every result has seconds, calls and tokens; this study compares them. */
    efficiency: { runs: oneOf(mainNames) },
    batch: {
      runs: oneOf(bothModes),
      values: [1, 2, 4, 8, 16, 32],
      settings: (batch) => ({ batch }),
      rivals,
    },
    iterations: {
      runs: oneOf(bothModes),
      values: [1, 2, 3, 4, 5],
      settings: (iterations) => ({ iterations }),
      rivals,
    },
    recalled: {
      runs: oneOf(["rag", "persona-agent"]),
      values: [0, 1, 2, 4, 8, 16],
      settings: (recalled) => ({ recalled }),
    },
    /** The paper's cold start is 10. */
    "cold-start": {
      runs: oneOf(mainNames),
      values: [5, 10, 20, 50],
      settings: (historyLimit) => ({ historyLimit }),
    },
    distance: {
      runs: oneOf(mainNames),
      values: distances,
      settings: (distance) => ({ distance }),
      check: expectDistances,
    },
  } satisfies Readonly<Record<string, Study>>),
);

/** As `--study` takes them. */
export const studyNames: readonly string[] = [...studies.keys()];

/**
 * What a run compares: every method under the defaults, or what a study varies. In the order of `methods`, so that a
 * resumed run has the same arms as before.
 *
 * @param methods - All methods.
 * @param names - Only these of the methods that the study runs; all of them unless given.
 * @throws {PersonaAgentError} `config-invalid` for an unknown name, with the known ones.
 */
export function armsOf({
  methods,
  names,
  study,
}: {
  readonly methods: readonly Method[];
  readonly names?: readonly string[] | undefined;
  readonly study?: string | undefined;
}): Arm[] {
  const varied: Study | undefined = study === undefined ? { runs: () => true } : studies.get(study);
  if (varied === undefined) throw refused("study", study ?? "", studyNames);
  const { runs, values, settings, rivals: rivalNames = [] } = varied;
  const possible = methods.filter(runs);
  const where = study === undefined ? "" : ` of the study ${study}`;
  const unknown = names?.find((name) => !possible.some((method) => method.name === name));
  if (unknown !== undefined)
    throw refused(
      `method${where}`,
      unknown,
      possible.map(({ name }) => name),
    );
  const chosen = names === undefined ? possible : possible.filter(oneOf(names));
  if (study === undefined || values === undefined || settings === undefined)
    return chosen.map(underDefaults);
  return [
    ...methods.filter(oneOf(rivalNames)).map(underDefaults),
    ...chosen.flatMap((method) =>
      values.map((value) => ({
        id: `${method.name}@${study}=${value}`,
        method,
        settings: settings(value),
        study: { name: study, value },
      })),
    ),
  ];
}

/** @throws {PersonaAgentError} `config-file-invalid` for a set that the study cannot be made on. */
export function checkStudy(study: string | undefined, sets: readonly EvalSet[]): void {
  const check = study === undefined ? undefined : studies.get(study)?.check;
  if (check !== undefined) for (const set of sets) check(set);
}

function underDefaults(method: Method): Arm {
  return { id: method.name, method, settings: {}, study: null };
}

function refused(what: string, name: string, known: readonly string[]): PersonaAgentError {
  return new PersonaAgentError(
    "config-invalid",
    `Unknown ${what} ${JSON.stringify(name.slice(0, 60))}; expected one of ${known.join(", ")}. Check the spelling.`,
  );
}
