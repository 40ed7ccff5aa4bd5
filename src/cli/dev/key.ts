import { addApiKey } from "../../auth/api-keys.js";
import { PersonaAgentError } from "../../system/errors.js";
import { type CommandContext, writeJson } from "../cli-context.js";

interface KeyOptions {
  readonly user?: string;
  readonly operator?: true;
  readonly file?: string;
}

/** Makes a key, and keeps its hash. Nothing but the output has the key. */
export async function runKey(
  { user, operator, file: named }: KeyOptions,
  context: CommandContext,
): Promise<void> {
  const { env, json, stdout, stderr } = context;
  if ((user === undefined) === (operator === undefined))
    throw new PersonaAgentError(
      "config-invalid",
      "A key is for one user or for an operator; expected one of --user <id> and --operator. Give one.",
    );
  const file = named ?? env["AUTH_KEYS_FILE"]?.trim();
  if (!file)
    throw new PersonaAgentError(
      "config-invalid",
      "No file for the key's hash is named; expected AUTH_KEYS_FILE or --file. Set AUTH_KEYS_FILE=keys.jsonl.",
    );
  const key = await addApiKey(file, user, new Date());
  if (json) return writeJson(context, { key, file, user: user ?? null });
  stdout.write(`${key}\n`);
  stderr.write(
    `This key is not shown again. ${file} has its hash; a server that reads it takes it.\n`,
  );
}
