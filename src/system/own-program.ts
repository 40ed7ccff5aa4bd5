import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/**
 * The path of a module of this package, in the sources or as installed.
 *
 * @param importer - The caller's `import.meta.url`.
 * @param module - The module, relative to the caller and without its ending.
 */
export function ownModule(importer: string, module: string): string {
  return fileURLToPath(new URL(`${module}.${importer.endsWith(".ts") ? "ts" : "js"}`, importer));
}

/** Node's arguments to run such a module. The sources need the loader that runs us; installed it is plain JavaScript. */
export function ownProgramArguments(importer: string, module: string): string[] {
  const program = ownModule(importer, module);
  if (program.endsWith(".js")) return [program];
  const loader = createRequire(importer).resolve("tsx");
  return ["--import", pathToFileURL(loader).href, program];
}

/** How a person calls the command line: in a clone, or where the package is installed. */
export function programName(importer: string): string {
  return importer.endsWith(".ts") ? "npm run persona --" : "npx persona-agent";
}
