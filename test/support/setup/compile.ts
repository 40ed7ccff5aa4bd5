import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import ts from "typescript";
import type { TestProject } from "vitest/node";
import { compiledFolder } from "./compiled.js";

/**
 * Sources and test support as plain JavaScript, for the processes that tests start: one that runs TypeScript takes three
 * times as long to begin. Types are not looked at; `npm run typecheck` does that.
 */
export default function compileBeforeTests(project: TestProject): void {
  compile();
  project.onTestsRerun(async () => compile());
}

const folders = ["src", "test/support"];

/** All anew when anything changed: what was renamed or taken back would otherwise stay as it was. */
export function compile(): void {
  const files = folders.flatMap(sourcesIn);
  const madeOf = join(compiledFolder, "made-of.json");
  const sources = JSON.stringify([
    ts.version,
    readFileSync("tsconfig.json", "utf8"),
    files.map((file) => [file, statSync(file).mtimeMs, statSync(file).size]),
  ]);
  // It says that these are modules, and which version this is.
  mkdirSync(compiledFolder, { recursive: true });
  copyFileSync("package.json", join(compiledFolder, "package.json"));
  // Where the server looks for the built console.
  const built = join(compiledFolder, "dist");
  rmSync(built, { force: true });
  symlinkSync(resolve("dist"), built);
  if (textOf(madeOf) === sources) return;
  rmSync(madeOf, { force: true });
  for (const folder of folders)
    rmSync(join(compiledFolder, folder), { recursive: true, force: true });

  const { compilerOptions } = ts.readConfigFile("tsconfig.json", (path) =>
    readFileSync(path, "utf8"),
  ).config as { compilerOptions: object };
  const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, ".");
  for (const file of files) {
    const target = join(compiledFolder, file.replace(/\.ts$/, ".js"));
    const { outputText } = ts.transpileModule(readFileSync(file, "utf8"), {
      // One file alone does not know its package.json.
      compilerOptions: { ...options, module: ts.ModuleKind.ESNext },
    });
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText);
  }
  writeFileSync(madeOf, sources);
}

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .toSorted()
    .map((name) => join(folder, name));
}

function textOf(file: string): string | null {
  return statSync(file, { throwIfNoEntry: false }) === undefined
    ? null
    : readFileSync(file, "utf8");
}
