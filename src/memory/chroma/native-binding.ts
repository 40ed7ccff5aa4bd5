import { createRequire } from "node:module";
import { PersonaAgentError } from "../../system/errors.js";

/** The npm packages with Chroma's server, by platform; the first that loads is used. */
const packages: Readonly<Record<string, readonly string[]>> = {
  // The first is an older build, for systems with glibc 2.34 to 2.38; the second needs 2.39.
  "linux-x64": [
    "chromadb-js-bindings-linux-x64-gnu-glibc234",
    "chromadb-js-bindings-linux-x64-gnu",
  ],
  "linux-arm64": ["chromadb-js-bindings-linux-arm64-gnu"],
  "darwin-x64": ["chromadb-js-bindings-darwin-x64"],
  "darwin-arm64": ["chromadb-js-bindings-darwin-arm64"],
  "win32-x64": ["chromadb-js-bindings-win32-x64-msvc"],
};

/** @returns The file of a package's native library, or null when the package is not installed. */
export type ResolvePackage = (name: string) => string | null;

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
  const names = packages[platform];
  if (names === undefined)
    throw cannotRun(`there is none for ${platform}, only for ${Object.keys(packages).join(", ")}`);
  const [first, ...others] = names.map(resolve).filter((file) => file !== null);
  if (first === undefined)
    throw cannotRun(
      `none of its optional packages is installed (${names.join(", ")}); was npm told to omit them?`,
    );
  return [first, ...others];
}

/** The error for a machine that cannot run the embedded server, with the alternatives. */
export function cannotRun(why: string, cause?: unknown) {
  return new PersonaAgentError(
    "memory-index-unavailable",
    `The embedded Chroma server cannot run: ${why}. Set CHROMA_URL to a running Chroma server, or INDEX=in-process to keep the index in memory.`,
    { cause },
  );
}

/** Our own packages first, then chromadb's, which a package manager may install below chromadb. */
function resolveInstalled(name: string): string | null {
  const { resolve } = createRequire(import.meta.url);
  for (const from of [import.meta.url, resolve("chromadb")])
    try {
      return createRequire(from).resolve(name);
    } catch {
      // Not installed there.
    }
  return null;
}
