import { PersonaAgentError } from "../errors.js";
import { startEmbeddedChroma } from "../memory/chroma/embedded-server.js";
import { openDataFolder } from "../memory/postgres/data-folder.js";
import { openPgliteServer } from "../memory/postgres/pglite-server.js";
import { allSettled, CloseStack } from "../system/close-stack.js";

/** Settings of the process, by the names in `.env.example`. Unset and empty mean the same. */
export type AgentEnvironment = Readonly<Record<string, string | undefined>>;

export type ReadSetting = (name: string) => string | undefined;

export interface EmbeddedOptions {
  /** Where the embedded services keep their data; over `PERSONA_DATA_DIR`. */
  readonly dataDir?: string | undefined;
  /** What the user started; a second process on the same folder is told it. */
  readonly command?: string;
  /** Where this process can be talked to, when it is a server; told likewise. */
  readonly url?: string;
  /** True for a caller that keeps files of its own in the folder, which is then taken in any case. */
  readonly needsFolder?: boolean;
}

/** The services that run here because the environment names none of the user's own. */
export interface EmbeddedServices {
  /** The data folder, absolute; `null` when nothing is kept in one. */
  readonly dataDir: string | null;
  /** Stands in for `DATABASE_URL`; undefined where that is set, or not needed. */
  readonly databaseUrl: string | undefined;
  /** Stands in for `CHROMA_URL`; undefined where that is set, or not needed. */
  readonly chromaUrl: string | undefined;
  /** Ends them and gives the folder back. A second call does nothing. */
  close(): Promise<void>;
}

/** Where the embedded services keep their data unless told, from the current folder. */
export const defaultDataDir = ".persona-agent";

/**
 * Starts PostgreSQL (PGlite) and Chroma on the data folder, each unless the environment makes it unnecessary. What
 * was opened is closed again when the rest fails.
 *
 * @throws {PersonaAgentError} `config-invalid`, `memory-*`
 */
export async function openEmbeddedServices(
  env: AgentEnvironment,
  {
    dataDir,
    command = "a program that uses persona-agent",
    url,
    needsFolder = false,
  }: EmbeddedOptions = {},
): Promise<EmbeddedServices> {
  const read = settingsOf(env);
  checkChoice(read, "STORE", ["platform"]);
  checkChoice(read, "INDEX", ["chroma", "in-process"]);
  const needsPostgres = read("DATABASE_URL") === undefined && read("STORE") !== "platform";
  const needsChroma = read("CHROMA_URL") === undefined && read("INDEX") !== "in-process";
  const services = new CloseStack();
  const close = () => services.close();
  if (!needsPostgres && !needsChroma && !needsFolder)
    return { dataDir: null, databaseUrl: undefined, chromaUrl: undefined, close };
  const folder = dataDir ?? read("PERSONA_DATA_DIR") ?? defaultDataDir;
  const { path } = services.add(await openDataFolder({ folder, command, url }));
  try {
    // Both take a moment to start, and neither needs the other.
    const [postgres, chroma] = await allSettled([
      needsPostgres ? openPgliteServer({ folder: path }).then(add) : undefined,
      needsChroma ? startEmbeddedChroma({ dataFolder: path }).then(add) : undefined,
    ]);
    return { dataDir: path, databaseUrl: postgres?.url, chromaUrl: chroma?.url, close };
  } catch (error) {
    await close();
    throw error;
  }

  function add<T extends { close(): Promise<void> }>(service: T): T {
    return services.add(service);
  }
}

/** Reads settings by name. */
export function settingsOf(env: AgentEnvironment): ReadSetting {
  return (name) => env[name]?.trim() || undefined;
}

function checkChoice(read: ReadSetting, name: string, values: readonly string[]) {
  const value = read(name);
  if (value !== undefined && !values.includes(value))
    throw new PersonaAgentError(
      "config-invalid",
      `${name} is ${JSON.stringify(value)}; expected ${values.join(" or ")}, or nothing. Correct it or unset it.`,
    );
}
