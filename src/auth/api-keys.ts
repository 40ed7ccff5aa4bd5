import { createHash, randomBytes } from "node:crypto";
import { appendFile, readFile, stat } from "node:fs/promises";
import { z } from "zod";
import { parseUserId } from "../domain/user-id.js";
import { PersonaAgentError } from "../system/errors.js";
import { type Caller, operator } from "./caller.js";

/** A line of the file of keys. The key itself is nowhere: only whoever it was given to has it. */
const entrySchema = z.union([
  z.strictObject({ sha256: z.hash("sha256"), user: z.string(), made: z.string() }),
  z.strictObject({ sha256: z.hash("sha256"), operator: z.literal(true), made: z.string() }),
]);

/**
 * Makes a key for a user or, without one, for an operator, and adds its hash to a file.
 *
 * A key has 256 random bits, so nobody can guess one or find it from its hash: a plain SHA-256 is enough, and quick at
 * every request. Slow hashes are for passwords, which can be guessed.
 *
 * @returns The key, which cannot be shown again.
 * @throws {PersonaAgentError} `config-user-invalid`; `config-file-invalid` for a file that is not one of keys, or that
 *   cannot be written.
 */
export async function addApiKey(
  file: string,
  user: string | undefined,
  now: Date,
): Promise<string> {
  const key = `pa_${randomBytes(32).toString("base64url")}`;
  const whose = user === undefined ? { operator: true } : { user: parseUserId(user) };
  const line = JSON.stringify({ sha256: hashOf(key), ...whose, made: now.toISOString() });
  const before = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw unusable(file, error);
  });
  parseKeys(file, before);
  const gap = before === "" || before.endsWith("\n") ? "" : "\n";
  try {
    await appendFile(file, `${gap}${line}\n`, { mode: 0o600 });
  } catch (error) {
    throw unusable(file, error as NodeJS.ErrnoException);
  }
  return key;
}

/** The keys of a file. A key that is added or removed holds at the next request. */
export class ApiKeys {
  #keys: ReadonlyMap<string, Caller> = new Map();
  #version = "";
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** @throws {PersonaAgentError} `config-file-invalid` */
  async find(key: string): Promise<Caller | undefined> {
    await this.load();
    return this.#keys.get(hashOf(key));
  }

  /** @throws {PersonaAgentError} `config-file-invalid` */
  async load(): Promise<void> {
    try {
      const { mtimeMs, size, ino } = await stat(this.#file);
      const version = `${mtimeMs}/${size}/${ino}`;
      if (version === this.#version) return;
      this.#keys = parseKeys(this.#file, await readFile(this.#file, "utf8"));
      this.#version = version;
    } catch (error) {
      throw PersonaAgentError.is(error)
        ? error
        : unusable(this.#file, error as NodeJS.ErrnoException);
    }
  }
}

function parseKeys(file: string, text: string): ReadonlyMap<string, Caller> {
  const keys = new Map<string, Caller>();
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    try {
      const entry = entrySchema.parse(JSON.parse(line));
      const caller: Caller =
        "user" in entry ? { isOperator: false, userId: parseUserId(entry.user) } : operator;
      keys.set(entry.sha256.toLowerCase(), caller);
    } catch (cause) {
      throw new PersonaAgentError(
        "config-file-invalid",
        `Line ${index + 1} of ${file} is no hashed key; expected what \`persona-agent key\` writes. Remove the line, and make the key again.`,
        { details: { file, line: index + 1 }, cause },
      );
    }
  }
  return keys;
}

function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

function unusable(file: string, { code = "no reason" }: NodeJS.ErrnoException): PersonaAgentError {
  return new PersonaAgentError(
    "config-file-invalid",
    `The file of keys ${file} cannot be used (${code}); expected one that \`persona-agent key\` wrote. Make a key, or correct AUTH_KEYS_FILE.`,
    { details: { file } },
  );
}
