import { PersonaAgentError } from "../system/errors.js";
import type { PersonaAgentOptions } from "./persona-agent.js";

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
  for (const [one, other] of [
    ["backgroundAlignment", "requestAlignment"],
    ["backgroundReflection", "requestReflection"],
  ] as const)
    if (options[one] && isGiven(other))
      throw refused(
        `\`${one}\` and \`${other}\` were both given; expected one, because the second takes the place of the first. Leave one out.`,
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
