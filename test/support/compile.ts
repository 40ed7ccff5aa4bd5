import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
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

function compile(): void {
  const { compilerOptions } = ts.readConfigFile("tsconfig.json", (path) =>
    readFileSync(path, "utf8"),
  ).config as { compilerOptions: object };
  const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, ".");
  for (const file of [...sourcesIn("src"), ...sourcesIn("test/support")]) {
    const target = join(compiledFolder, file.replace(/\.ts$/, ".js"));
    if (changedAt(target) >= changedAt(file)) continue;
    const { outputText } = ts.transpileModule(readFileSync(file, "utf8"), {
      // One file alone does not know its package.json.
      compilerOptions: { ...options, module: ts.ModuleKind.ESNext },
    });
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText);
  }
  // It says that these are modules, and which version this is.
  copyFileSync("package.json", join(compiledFolder, "package.json"));
}

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
