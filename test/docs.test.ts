import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Readable, Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterEach, expect, it } from "vitest";
import { z } from "zod";
import { runCli } from "../src/cli/run-cli.js";
import { createPersonaAgent } from "../src/index.js";
import { alignConfigSchema } from "../src/config/alignment-settings.js";
import { paperAlignment } from "../src/config/paper-defaults.js";
import { runConfigSchema } from "../src/config/turn-settings.js";

const read = (path: string) => readFileSync(path, "utf8");
const pages = [
  "README.md",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  join("findings", "README.md"),
  join("deploy", "README.md"),
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

it.each(pages)("%s names only folders and files of the project that exist", (page) => {
  const named = [
    ...read(page).matchAll(/`((?:src|test|docs|bench|examples|findings|deploy)\/[\w./-]+)`/g),
  ];
  expect(named.map(([, path = ""]) => path).filter((path) => !existsSync(path))).toEqual([]);
});

it.each(pages.filter((page) => !/CHANGELOG|decisions/.test(page)))(
  "%s has no line over 120 characters outside tables and code",
  (page) => {
    const prose = read(page).replaceAll(/^```[\s\S]*?^```/gm, "");
    const long = prose.split("\n").filter((line) => line.length > 120 && !line.startsWith("|"));
    expect(long).toEqual([]);
  },
);

it.each(["README.md", "docs/cli.md", "docs/learning.md", "docs/evaluation.md", "docs/serving.md"])(
  "%s shows only commands and options that the command line has",
  async (page) => {
    const commands = [...(await helpOf([])).matchAll(/^ {2}([a-z]+(?:-[a-z]+)*)/gm)];
    const helps = new Map<string, string>();
    for (const [, command = ""] of commands) helps.set(command, await helpOf([command]));
    const memory = await Promise.all(
      ["list", "search", "delete"].map((name) => helpOf(["memory", name])),
    );
    helps.set("memory", [helps.get("memory"), ...memory].join("\n"));
    const known = new Set([...helps.values()].flatMap(optionsIn));

    const text = read(page).replaceAll(/npm run (?:--silent )?(?:persona|dev) --/g, "run");
    const used = [...text.matchAll(/^run ([a-z-]+)(.*)$/gm)].filter(
      ([, command = ""]) => !command.startsWith("-"),
    );
    expect(
      used.map(([, command = ""]) => command).filter((command) => !helps.has(command)),
    ).toEqual([]);
    for (const [, command = "", rest = ""] of used)
      expect(optionsIn(helps.get(command) ?? "")).toEqual(expect.arrayContaining(optionsIn(rest)));
    const spans = [...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, span = ""]) => optionsIn(span));
    expect(spans.filter((option) => !known.has(option))).toEqual([]);
  },
);

it("lists every setting in docs/settings.md with its default and range, and no other", () => {
  const variables = [...read(".env.example").matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
  const named = settingsTable("Environment variables").flatMap(({ variable = "" }) =>
    [...variable.matchAll(/`(\w+)`/g)].map(([, name]) => name),
  );
  expect(new Set(named)).toEqual(new Set(variables));

  const ofTurns = shownSettings(runConfigSchema);
  expect(new Set(settingsTable("Turns").map(namedNumbers))).toEqual(new Set(ofTurns));
  const shared = new Set(ofTurns.map(({ setting }) => setting));
  const ofAlignments = shownSettings(alignConfigSchema, paperAlignment);
  expect(new Set(settingsTable("Alignments").map(namedNumbers))).toEqual(
    new Set(ofAlignments.filter(({ setting }) => !shared.has(setting))),
  );
});

/** The rows below a heading of docs/settings.md, cells by their column. */
function settingsTable(heading: string): Readonly<Record<string, string>>[] {
  const section = read("docs/settings.md").split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const [columns = [], , ...rows] = section
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  return rows.map((cells) =>
    Object.fromEntries(
      cells.map((cell, place) => [(columns[place] ?? "").replaceAll("`", ""), cell]),
    ),
  );
}

/** What a row says in numbers, `true` and `false`: words for a missing default are left out. */
function namedNumbers({
  setting = "",
  range = "",
  paper = "",
  ...row
}: Readonly<Record<string, string>>) {
  const values = [row["default"] ?? "", paper].map((cell) => cell.replaceAll("`", ""));
  const [byDefault = "", inPaper = ""] = values.map((cell) =>
    /^(?:[\d.]+|true|false)$/.test(cell) ? cell : "",
  );
  return { setting: setting.replaceAll("`", ""), default: byDefault, paper: inPaper, range };
}

/** The rows that the table must have, from the schema. */
function shownSettings(schema: z.ZodObject, paper: Readonly<Record<string, unknown>> = {}) {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input" });
  return Object.entries(properties).map(([setting, field]) => {
    const {
      default: byDefault,
      minimum,
      maximum,
      exclusiveMinimum,
    } = field as z.core.JSONSchema.BaseSchema;
    const shown = (value: unknown) =>
      /^(?:number|boolean)$/.test(typeof value) ? String(value) : "";
    const above = exclusiveMinimum === undefined ? "" : `above ${exclusiveMinimum}`;
    const bounded =
      maximum === undefined
        ? above
        : above === ""
          ? `${minimum} to ${maximum}`
          : `${above}, to ${maximum}`;
    return { setting, default: shown(byDefault), paper: shown(paper[setting]), range: bounded };
  });
}

async function helpOf(words: readonly string[]): Promise<string> {
  let help = "";
  const output = new Writable({
    write(chunk, _encoding, done) {
      help += String(chunk);
      done();
    },
  });
  await runCli([...words, "--help"], {
    env: {},
    stdin: Readable.from([]),
    stdout: output,
    stderr: output,
    signal: new AbortController().signal,
    openAgent: () => Promise.reject(new Error("Help opens no agent.")),
  });
  return help;
}

function optionsIn(text: string): string[] {
  return [...text.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => option);
}

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
