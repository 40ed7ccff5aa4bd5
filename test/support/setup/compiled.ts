import { join } from "node:path";

/** Where `compile.ts` puts what it makes; beside the sources, so that it finds the same packages. */
export const compiledFolder = join(import.meta.dirname, "../../.compiled");

/** The plain JavaScript of a source or a part of the test support, as `src/cli/main.ts`: its absolute path. */
export function compiled(file: string): string {
  return join(compiledFolder, file.replace(/\.ts$/, ".js"));
}
