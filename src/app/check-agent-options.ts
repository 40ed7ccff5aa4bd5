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

/**
 * Refuses what cannot be settings of a process, such as options that were given in their place.
 *
 * @throws {PersonaAgentError} `config-invalid`
 */
export function expectSettings(env: unknown): asserts env is Readonly<Record<string, string>> {
  const isObject = typeof env === "object" && env !== null;
  const [wrong] = isObject
    ? (Object.entries(env).find(
        ([name, value]) =>
          // Not "now" or "index", which a shell may have.
          (/[A-Z]/.test(name) && (Object.hasOwn(agentNames, name) || name === "dataDir")) ||
          (value !== undefined && typeof value !== "string"),
      ) ?? [])
    : [];
  if (isObject && wrong === undefined) return;
  const found = isObject ? `has ${JSON.stringify(wrong)} among its settings` : "has no settings";
  throw refused(
    `The first argument of \`openPersonaAgent\` ${found}; expected the environment of the process, or names of .env.example with texts. Give options as its second argument.`,
  );
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
  for (const name of ["model", "alignmentModel"] as const) {
    // A model that is wrapped, with retries for one, does not know its name.
    const methods = isGiven(`${name}Name`) ? ["invoke"] : ["invoke", "_llmType"];
    expectPart(name, options[name], methods, `a chat model of LangChain, or \`${name}Name\` too`);
  }
  const vectors = ["embedQuery", "embedDocuments"];
  expectPart("embeddings", options.embeddings, vectors, "embeddings of LangChain");
  if (options.keepThreads === false && isGiven("checkpointer"))
    throw refused(
      "A `checkpointer` was given with `keepThreads: false`; expected one of the two. Leave one out.",
    );
  if (isGiven("embeddingsName") && !embeddingsName.test(options.embeddingsName ?? ""))
    throw refused(
      `\`embeddingsName\` is ${JSON.stringify(options.embeddingsName?.slice(0, 100))}; expected 1 to 76 letters, digits, \`.\`, \`_\` and \`-\`. Correct it.`,
    );
}

/** Callers without types can pass anything, such as a model's name. */
function expectPart(name: string, given: unknown, methods: readonly string[], expected: string) {
  if (given === undefined || methods.every((method) => isMethod(given, method))) return;
  const found = typeof given === "string" ? JSON.stringify(given.slice(0, 100)) : nameOfKind(given);
  throw refused(
    `\`${name}\` is ${found}; expected ${expected}. Make one, or let \`openPersonaAgent\` make it from a name in its settings, such as \`MODEL\`.`,
  );
}

/** "null", "of the kind RunnableBinding". */
function nameOfKind(given: unknown): string {
  if (typeof given !== "object" || given === null) return String(given);
  return `of the kind ${given.constructor?.name ?? "object"}`;
}

function isMethod(given: unknown, name: string): boolean {
  return typeof (Object(given) as Record<string, unknown>)[name] === "function";
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
