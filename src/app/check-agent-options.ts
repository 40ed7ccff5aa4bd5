import { expectKnownNames, type KnownNames } from "../config/known-names.js";
import { PersonaAgentError } from "../system/errors.js";
import type { PersonaAgentOptions } from "./persona-agent.js";

const agentNames: KnownNames<PersonaAgentOptions> = {
  model: true,
  resolveModel: true,
  modelName: true,
  alignmentModel: true,
  alignmentModelName: true,
  embeddings: true,
  store: true,
  index: true,
  checkpointer: true,
  instructions: true,
  tools: true,
  simulationTools: true,
  allowedToolsFor: true,
  wikipedia: true,
  feedbackAuthors: true,
  backgroundAlignment: true,
  requestAlignment: true,
  backgroundReflection: true,
  requestReflection: true,
  toolTimeoutMs: true,
  onMemoryError: true,
  userJobs: true,
  userHoldings: true,
  prices: true,
  now: true,
};

/** @throws {PersonaAgentError} `config-invalid` for names that are neither an agent's options nor `others`. */
export function expectAgentNames<Of extends PersonaAgentOptions>(
  options: unknown,
  others: KnownNames<Omit<Of, keyof PersonaAgentOptions>>,
  what: string,
): void {
  expectKnownNames(options, { ...agentNames, ...others }, what);
}

/** What the library's two functions take together. */
interface GivenOptions extends PersonaAgentOptions {
  readonly embeddingsName?: string;
  readonly keepThreads?: boolean;
}

/** As collections are named by it. */
const embeddingsName = /^[\w.-]{1,76}$/;

/**
 * Refuses options that contradict each other, before anything is opened.
 *
 * @throws {PersonaAgentError} `config-invalid`
 */
export function checkAgentOptions(options: GivenOptions): void {
  const isGiven = (name: keyof GivenOptions) => options[name] !== undefined;
  const nothingToName = (["modelName", "alignmentModelName", "embeddingsName"] as const).find(
    (name) => isGiven(name) && !isGiven(name.slice(0, -4) as keyof GivenOptions),
  );
  if (nothingToName !== undefined)
    throw refused(
      `\`${nothingToName}\` names \`${nothingToName.slice(0, -4)}\`, which was not given; expected both. Give it, or leave the name out.`,
    );
  if (options.keepThreads === false && isGiven("checkpointer"))
    throw refused(
      "A `checkpointer` was given with `keepThreads: false`; expected one of the two. Leave one out.",
    );
  if (isGiven("embeddingsName") && !embeddingsName.test(options.embeddingsName ?? ""))
    throw refused(
      `\`embeddingsName\` is ${JSON.stringify(options.embeddingsName?.slice(0, 100))}; expected 1 to 76 letters, digits, \`.\`, \`_\` and \`-\`. Correct it.`,
    );
}

/** @throws {PersonaAgentError} `config-invalid`: vectors of another length, or of another model, find nothing. */
export function expectIndexOfEmbeddings(
  { embeddings, index }: PersonaAgentOptions,
  wayOut: string,
): void {
  if (embeddings !== undefined && index === undefined)
    throw refused(`\`embeddings\` were given without an \`index\` for their vectors. ${wayOut}`);
}

function refused(message: string) {
  return new PersonaAgentError("config-invalid", message);
}
