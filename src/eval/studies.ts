import { PersonaAgentError } from "../errors.js";
import type { Arm, ArmSettings, Method } from "./method.js";
import { mainMethods } from "./methods/all-methods.js";

/** Whatever is not in the main table belongs to the ablation. */
const mainNames = mainMethods.map(({ name }) => name);
const bothModes = ["persona-agent", "persona-agent-paper"];
/** Of a study of the alignment: what has no agent, and what has none of it. */
const rivals = ["rag", "pag", "without-alignment"];

/** What a study changes, and for which methods. */
interface Study {
  readonly runs: (method: Method) => boolean;
  /** None where the methods themselves are what is compared. */
  readonly values?: readonly number[];
  readonly settings?: (value: number) => ArmSettings;
  /** Methods that the setting does nothing to, run once: what the gain is measured from. */
  readonly rivals?: readonly string[];
}

const oneOf =
  (names: readonly string[]) =>
  ({ name }: Method) =>
    names.includes(name);

/**
 * The studies of the paper (§4.2 to §4.8 of arXiv 2506.06254). Noise is none of them: it is a property of a generated
 * set, and each of its values is a set of its own.
 */
const studies = {
  main: { runs: oneOf(mainNames) },
  ablation: { runs: ({ name }) => name === "persona-agent" || !mainNames.includes(name) },
  /** Seconds, calls and tokens stand in every result; this is the table that they are compared in. */
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
} satisfies Readonly<Record<string, Study>>;

/** As `--study` takes them. */
export const studyNames: readonly string[] = Object.keys(studies);

/**
 * What a run compares: every method under the defaults, or what a study varies. In the order of `methods`, so that a run
 * that goes on has the same arms as before.
 *
 * @param methods - All that there are.
 * @param names - Only these of them, each of which the study has to run; all that it runs unless given.
 * @throws {PersonaAgentError} `config-invalid` for a name that is none, with those that are.
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
  const {
    runs,
    values,
    settings,
    rivals: standing = [],
  } = study === undefined ? everything : named(study);
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
    ...methods.filter(oneOf(standing)).map(underDefaults),
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

const everything: Study = { runs: () => true };

function named(study: string): Study {
  const found = Object.entries(studies).find(([name]) => name === study);
  if (found === undefined) throw refused("study", study, studyNames);
  return found[1];
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
