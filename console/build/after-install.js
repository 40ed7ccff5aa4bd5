// npm runs it after it changed node_modules of a clone, and never where the package is a dependency: `prepare` would be
// named there as a script that nobody allowed.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const { resolve } = createRequire(import.meta.url);
if (hasBuildTools()) {
  const { status } = spawnSync("npm", ["run", "--silent", "build:console"], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  process.exitCode = status ?? 1;
}

/** Not with `npm ci --omit=dev`: the package that is served then was built before. */
function hasBuildTools() {
  try {
    return ["vite", "tsx", "openapi-typescript"].every((name) => resolve(`${name}/package.json`));
  } catch {
    return false;
  }
}
