import { createRequire } from "node:module";
import { PersonaAgentError } from "../../system/errors.js";

/** The npm package with Chroma's server, by platform. `chromadb` brings its newest build. */
const packages: Readonly<Record<string, string>> = {
  "linux-x64": "chromadb-js-bindings-linux-x64-gnu",
  "linux-arm64": "chromadb-js-bindings-linux-arm64-gnu",
  "darwin-x64": "chromadb-js-bindings-darwin-x64",
  "darwin-arm64": "chromadb-js-bindings-darwin-arm64",
  "win32-x64": "chromadb-js-bindings-win32-x64-msvc",
};

/** For glibc 2.34 to 2.38; later builds need 2.39. A clone of this project has it by an override in package.json. */
export const portableBuild = `${packages["linux-x64"]}@1.0.5`;

/** @returns Files of a package's native library: 0 or more, the project's own installation before chromadb's. */
export type ResolvePackage = (name: string) => readonly string[];

/**
 * The native libraries that may run Chroma's server here; 1 or more, the best first. None is loaded.
 *
 * @param platform - `process.platform` and `process.arch`, joined by a dash.
 * @throws {PersonaAgentError} `memory-index-unavailable` when the platform has none or none is installed.
 */
export function findNativeBindings(
  platform = `${process.platform}-${process.arch}`,
  resolve: ResolvePackage = resolveInstalled,
): [string, ...string[]] {
  const name = packages[platform];
  if (name === undefined)
    throw cannotRun(`there is none for ${platform}, only for ${Object.keys(packages).join(", ")}`);
  const [first, ...others] = resolve(name);
  if (first === undefined)
    throw cannotRun(`the optional package ${name} is not installed; was npm told to omit it?`, {
      install: platform === "linux-x64" ? portableBuild : name,
    });
  return [first, ...others];
}

/**
 * The error for a machine that cannot run the embedded server, with the alternatives.
 *
 * @param options.install - The package that would help.
 */
export function cannotRun(
  why: string,
  { install, cause }: { readonly install?: string | undefined; readonly cause?: unknown } = {},
) {
  const ways = [
    ...(install === undefined ? [] : [`run \`npm install ${install}\``]),
    "set CHROMA_URL to a running Chroma server",
    "or INDEX=in-process to keep the index in memory",
  ].join(", ");
  return new PersonaAgentError(
    "memory-index-unavailable",
    `The embedded Chroma server cannot run: ${why}. ${ways.charAt(0).toUpperCase()}${ways.slice(1)}.`,
    { cause },
  );
}

/** One that the project named itself stands beside us; chromadb's may be below chromadb. */
function resolveInstalled(name: string): string[] {
  const { resolve } = createRequire(import.meta.url);
  const files = [import.meta.url, resolve("chromadb")].flatMap((from) => {
    try {
      return [createRequire(from).resolve(name)];
    } catch {
      return [];
    }
  });
  return [...new Set(files)];
}
