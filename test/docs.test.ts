import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterEach, expect, it } from "vitest";
import { createPersonaAgent } from "../src/index.js";
import { alignConfigSchema } from "../src/config/alignment-settings.js";
import { runConfigSchema } from "../src/config/turn-settings.js";

const read = (path: string) => readFileSync(path, "utf8");
const pages = [
  "README.md",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  ...readdirSync("docs", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];
const readme = read("README.md");
const scripts = Object.keys((JSON.parse(read("package.json")) as { scripts: object }).scripts);

let folder: string | null = null;
afterEach(() => {
  if (folder !== null) rmSync(folder, { recursive: true, force: true });
});

it("shows programs that run as they stand", async () => {
  const programs = [...blocks(readme, "ts"), ...examplesInComments()];
  expect(programs.length).toBeGreaterThanOrEqual(3);
  folder = mkdtempSync(join(tmpdir(), "docs-test-"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const library = pathToFileURL(resolve("src/index.ts")).href;
  for (const [place, program] of programs.entries())
    writeFileSync(
      join(folder, `${place}.ts`),
      program.replaceAll('"persona-agent"', `"${library}"`),
    );
  const all = programs.map((_program, place) => `await import("./${place}.js");`).join("\n");
  writeFileSync(join(folder, "all.ts"), `${all}\nconsole.log("all ran");\nexport {};\n`);
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", loader, "all.ts"], {
    cwd: folder,
  });
  expect(stdout).toMatch(/all ran\n$/);
}, 120_000);

it.each(pages)("%s names only npm scripts that exist", (page) => {
  const named = [...read(page).matchAll(/npm run (?:-\S+ )*([a-z:]+)/g)].map(
    ([, name = ""]) => name,
  );
  expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
});

it.each(pages)("%s links only to files that exist", (page) => {
  const links = [...read(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target = ""]) => target);
  const relative = links.filter((target) => !/^[a-z]+:/.test(target));
  expect(relative.filter((target) => !existsSync(join(dirname(page), target)))).toEqual([]);
});

it("keeps the README short: 1,100 words, and 120 characters a line", () => {
  expect(readme.split(/\s+/).filter((word) => word !== "").length).toBeLessThanOrEqual(1_100);
  expect(readme.split("\n").filter((line) => line.length > 120)).toEqual([]);
});

it("shows the two graphs in the README as they draw themselves", async () => {
  const { graph, alignmentGraph } = createPersonaAgent();
  const drawn = await Promise.all(
    [graph, alignmentGraph].map(async (each) =>
      (await each.getGraphAsync()).drawMermaid({ withStyles: false }),
    ),
  );
  expect(blocks(readme, "mermaid").map((text) => text.trim())).toEqual(
    drawn.map((text) => text.trim()),
  );
});

it("lists every setting in docs/settings.md, and no other", () => {
  const settings = read("docs/settings.md");
  const rows = (heading: string) =>
    (settings.split(heading)[1]?.split("\n\n")[1] ?? "")
      .split("\n")
      .slice(2)
      .flatMap((row) =>
        [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, name]) => name),
      );
  const variables = [...read(".env.example").matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
  expect(new Set(rows("Of the process,"))).toEqual(new Set(variables));
  const ofTurns = Object.keys(runConfigSchema.shape);
  expect(new Set(rows("Of a run,"))).toEqual(new Set(ofTurns));
  const ofAlignments = Object.keys(alignConfigSchema.shape);
  expect(new Set(rows("Of an alignment,"))).toEqual(
    new Set(ofAlignments.filter((name) => !ofTurns.includes(name))),
  );
});

function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
    ([, code = ""]) => code,
  );
}

/** The programs of `@example` comments, which leave the import out. */
function examplesInComments(): string[] {
  const source = read("src/app/create-persona-agent.ts");
  return [...source.matchAll(/@example\n((?: \* .*\n)+)/g)].map(
    ([, code = ""]) =>
      `import { createPersonaAgent } from "persona-agent";\n${code.replaceAll(/^ \* /gm, "")}`,
  );
}
