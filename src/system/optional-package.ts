import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { PersonaAgentError } from "./errors.js";

const require = createRequire(import.meta.url);

/** What only some programs need. npm does not install its packages with ours. */
export interface OptionalFeature {
  /** The beginning of a sentence: what needs the packages. */
  readonly what: string;
  /** Names of npm packages; 1 or more. */
  readonly packages: readonly string[];
  /** Packages that npm must be given along with them, or it finds no versions that fit together. */
  readonly alongside?: readonly string[];
}

/** Whether a package can be imported here. It is not loaded. */
export function isInstalled(name: string): boolean {
  // Some packages name a main file that they do not have.
  return [name, `${name}/package.json`].some(isFound);
}

function isFound(specifier: string): boolean {
  try {
    require.resolve(specifier);
    return true;
  } catch (error) {
    // A package that has only ES modules is found, but not for `require`.
    return !(error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND");
  }
}

/** @throws {PersonaAgentError} `config-package-missing`, with the command that installs what is missing. */
export function requireInstalled({ what, packages, alongside = [] }: OptionalFeature): void {
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  throw new PersonaAgentError(
    "config-package-missing",
    `${what} needs ${missing.join(" and ")}, which npm does not install with persona-agent; expected it to be installed. Run: npm install ${[...missing, ...alongside].map(tested).join(" ")}`,
    { details: { missing } },
  );
}

/** The package with the versions that this project is tested with. */
function tested(name: string): string {
  const manifest = new URL("../../package.json", import.meta.url);
  const { dependencies, devDependencies } = JSON.parse(readFileSync(manifest, "utf8")) as Record<
    string,
    Readonly<Record<string, string>> | undefined
  >;
  return `${name}@${devDependencies?.[name] ?? dependencies?.[name] ?? "latest"}`;
}
