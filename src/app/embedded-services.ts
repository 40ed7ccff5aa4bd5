import { PersonaAgentError } from "../system/errors.js";
import { startEmbeddedChroma } from "../memory/chroma/embedded-server.js";
import { openDataFolder } from "../memory/postgres/data-folder.js";
import { openPgliteServer } from "../memory/postgres/pglite-server.js";
import { allSettled, CloseStack, type Service } from "../system/close-stack.js";

/** Settings of the process, with the names in `.env.example`. Unset and empty mean the same. */
export type AgentEnvironment = Readonly<Record<string, string | undefined>>;

export type ReadSetting = (name: string) => string | undefined;

export interface EmbeddedOptions {
  /** The folder of the embedded services' data; overrides `PERSONA_DATA_DIR`. */
  readonly dataDir?: string | undefined;
  /** What the user started; the error of a second process on the folder names it. */
  readonly command?: string | undefined;
  /** The address of this process, when it is a server; that error names it too. */
  readonly url?: string;
  /** True to refuse a data folder that does not exist where PostgreSQL is to be in it, in place of making both. */
  readonly mustExist?: boolean;
  /** True for a caller with files of its own in the folder, which is then always reserved. */
  readonly needsFolder?: boolean;
  /** False for a caller that has a store and a checkpointer of its own. */
  readonly needsStorage?: boolean;
  /** False for a caller that has an index of its own. */
  readonly needsIndex?: boolean;
}

/** The services that run in this process because the environment names no others. */
export interface EmbeddedServices {
  /** The data folder, absolute; `null` when none is needed. */
  readonly dataDir: string | null;
  /** Replaces `DATABASE_URL`; undefined where that is set, or not needed. */
  readonly databaseUrl: string | undefined;
  /** Replaces `CHROMA_URL`; undefined where that is set, or not needed. */
  readonly chromaUrl: string | undefined;
  /** Ends the services and releases the folder. A second call does nothing. */
  close(): Promise<void>;
}

/** The default data folder, below the current folder. */
export const defaultDataDir = ".persona-agent";

/**
 * Starts PostgreSQL (PGlite) and Chroma on the data folder, each unless the environment makes it unnecessary. After a
 * failure everything is closed again.
 *
 * @throws {PersonaAgentError} `config-invalid`, `memory-*`
 */
export async function openEmbeddedServices(
  env: AgentEnvironment,
  {
    dataDir,
    command = "a program that uses persona-agent",
    url,
    mustExist = false,
    needsFolder = false,
    needsStorage = true,
    needsIndex = true,
  }: EmbeddedOptions = {},
): Promise<EmbeddedServices> {
  const read = settingsOf(env);
  checkChoice(read, "STORE", ["platform"]);
  checkChoice(read, "INDEX", ["chroma", "in-process"]);
  checkChoice(read, "CHROMA_EXCLUSIVE", ["on"]);
  checkChoice(read, "JOBS", ["postgres"]);
  const needsPostgres =
    needsStorage && read("DATABASE_URL") === undefined && read("STORE") !== "platform";
  const needsChroma =
    needsIndex && read("CHROMA_URL") === undefined && read("INDEX") !== "in-process";
  const services = new CloseStack();
  const add = <T extends Service>(service: T) => services.add(service);
  const close = () => services.close();
  if (!needsPostgres && !needsChroma && !needsFolder)
    return { dataDir: null, databaseUrl: undefined, chromaUrl: undefined, close };
  const folder = dataDir ?? read("PERSONA_DATA_DIR") ?? defaultDataDir;
  const { path } = services.add(
    await openDataFolder({ folder, command, url, mustExist: mustExist && needsPostgres }),
  );
  try {
    // Both take a moment to start, and they are independent.
    const [postgres, chroma] = await allSettled([
      needsPostgres ? openPgliteServer({ folder: path }).then(add) : undefined,
      needsChroma ? startEmbeddedChroma({ dataFolder: path }).then(add) : undefined,
    ]);
    return { dataDir: path, databaseUrl: postgres?.url, chromaUrl: chroma?.url, close };
  } catch (error) {
    await close();
    throw error;
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
