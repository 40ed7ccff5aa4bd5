import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Builds the console where its sources are newer than what was built, so that a test never looks at an old page. */
export default function buildConsoleBeforeTests(): void {
  const built = "dist/console/index.html";
  const builtAt = existsSync(built) ? statSync(built).mtimeMs : 0;
  if (
    newestOf(["console", "src/contract", "src/state", "src/server/verbs", "src/cli/demo"]) <=
    builtAt
  )
    return;
  execFileSync("npm", ["run", "--silent", "build:console"], { stdio: "inherit" });
}

function newestOf(folders: readonly string[]): number {
  const times = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => !name.startsWith(join("api", "generated")))
      .map((name) => statSync(join(folder, name)).mtimeMs),
  );
  return Math.max(0, ...times, statSync("package-lock.json").mtimeMs);
}
