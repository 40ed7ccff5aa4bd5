import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { ChromaClient } from "chromadb";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startMediaWikiServer } from "../support/servers/mediawiki-server.js";

const readme = readFileSync("README.md", "utf8");
const blocksOf = (language: string) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
    ([, text = ""]) => text,
  );
const [inMemory = "", lasting = ""] = blocksOf("ts");
const isLinux = process.platform === "linux" && process.arch === "x64";

/** Without npm's own variables, which would pass on what this project's `.npmrc` says. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)),
);

let folder: string;
let project: string;
let installed: Awaited<ReturnType<typeof run>>;
/** The README's commands for a project of one's own, one a line. */
const commands = (blocksOf("sh").find((text) => text.includes("npm init")) ?? "").split("\n");

async function run(command: string, words: readonly string[], at = project) {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, words, { cwd: at, env });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}
const npm = (line: string) => run("npm", line.split(" ").slice(1));

/** Runs a program of the project. */
async function program(name: string, text: string, ...words: string[]) {
  await writeFile(join(project, name), text);
  return run(process.execPath, [name, ...words]);
}

/** The `npm install ...` that a message names. */
const installIn = (text: string) => /npm install [^`\n"]*[\w.]/.exec(text)?.[0] ?? "";

/** The warnings that npm printed, except about scripts that npm did not run. */
const warningsOf = ({ stderr }: { stderr: string }) =>
  stderr.split("\n").filter((line) => /^npm (?:warn|error)/.test(line));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "persona-agent-package-"));
  project = join(folder, "project");
  const packed = await run("npm", ["pack", "--json", "--pack-destination", folder], resolve("."));
  const [{ filename }] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf("["))) as [
    { filename: string },
  ];
  await run("mkdir", [project], folder);
  const [init = "", install = ""] = commands;
  expect(init).toBe("npm init -y");
  expect(install).toMatch(/^npm install \S+\.tgz$/);
  await npm(init);
  installed = await npm(install.replace(/\S+\.tgz$/, join(folder, filename)));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("in an empty folder", () => {
  it("is installed without a warning, in the size that the README states", async () => {
    expect(installed.code).toBe(0);
    expect(warningsOf(installed)).toEqual([]);
    const [, stated] = /installs (\d+) MB/.exec(readme) ?? [];
    const { stdout } = await run("du", ["-sm", "node_modules"]);
    // Elsewhere Chroma's native library has another size.
    if (isLinux) expect(Math.abs(Number.parseInt(stdout, 10) - Number(stated))).toBeLessThan(15);
  });

  it("brings the console built, and nothing that it was built from", () => {
    const page = join(project, "node_modules/persona-agent/dist/console/index.html");
    expect(readFileSync(page, "utf8")).toContain("/console/assets/");
    const built = ["react", "vite", "@mantine", "recharts", "playwright-core", "openapi-fetch"];
    expect(built.filter((name) => existsSync(join(project, "node_modules", name)))).toEqual([]);
  });

  it("runs the README's first program word for word", async () => {
    expect(commands[2]).toBe("node quickstart.mjs");
    const { stdout, stderr, code } = await program("quickstart.mjs", inMemory);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^ines .*thrillers[\s\S]*^bo .*sofa/m);
  });

  it("can be required, as in a project without modules", async () => {
    const text = `const { createPersonaAgent } = require("persona-agent");
      createPersonaAgent().ask("ines", "I like tea.").then(({ answer }) => console.log(answer));`;
    const { stdout, stderr } = await program("required.cjs", text);
    expect(stdout).toContain("tea");
    expect(stderr).toBe("");
  });

  it.each([
    ["NodeNext", "NodeNext"],
    ["ESNext", "bundler"],
  ])("has types that TypeScript accepts whole, as %s with %s resolution", async (module, how) => {
    const files = ["quickstart.mts", "lasting.mts"];
    await writeFile(join(project, "quickstart.mts"), inMemory);
    await writeFile(join(project, "lasting.mts"), lasting);
    const options = `--noEmit --strict --skipLibCheck false --target ES2022 --module ${module} --moduleResolution ${how}`;
    const { stdout, code } = await run(process.execPath, [
      resolve("node_modules/typescript/bin/tsc"),
      ...options.split(" "),
      "--types",
      "node",
      "--typeRoots",
      resolve("node_modules/@types"),
      ...files,
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  });
});

describe("what is installed on request", () => {
  it("is named with its command where it is missing: MCP's adapters, then Wikipedia", async () => {
    const mcp = await program(
      "mcp.mjs",
      `import { loadMcpTools } from "persona-agent/mcp";
       await loadMcpTools({ mcpServers: {} }).catch(({ code, message }) => console.log(code, message));`,
    );
    expect(mcp.stdout).toMatch(
      /^config-package-missing .*npm install @langchain\/mcp-adapters@\S+\n$/,
    );

    const wikipedia = await startMediaWikiServer([
      { title: "Eiffel Tower", extract: "A tower in Paris." },
    ]);
    const ask = `import { createPersonaAgent } from "persona-agent";
      const agent = createPersonaAgent({ wikipedia: { baseUrl: ${JSON.stringify(wikipedia.baseUrl)} } });
      const plain = await agent.ask("ines", "Which tower is in Paris?");
      const paper = await agent.ask("ines", "Which tower is in Paris?", { settings: { mode: "paper" } })
        .then(({ tools }) => tools.map(({ name, ok }) => name + " " + ok), ({ message }) => message);
      console.log(JSON.stringify({ plain: plain.answer !== "", paper }));`;
    const without = JSON.parse((await program("wikipedia.mjs", ask)).stdout) as { paper: string };
    expect(without).toEqual({
      plain: true,
      paper: expect.stringContaining("search_wikipedia needs"),
    });
    const added = await npm(installIn(without.paper));
    expect({ code: added.code, warnings: warningsOf(added) }).toEqual({ code: 0, warnings: [] });
    const withIt = await program("wikipedia.mjs", ask);
    expect(JSON.parse(withIt.stdout)).toEqual({
      plain: true,
      paper: expect.arrayContaining(["recall_memory true", "search_wikipedia true"]),
    });
    await wikipedia.close();
  });

  it("keeps memory with the README's second program, and serves Chroma to others", async () => {
    // Where glibc is older than 2.39, the build that chromadb brings does not load.
    const first = await program("lasting.mjs", lasting);
    if (first.code !== 0) {
      expect(first.stderr).toContain("npm install chromadb-js-bindings-linux-x64-gnu@1.0.5");
      expect(warningsOf(await npm(installIn(first.stderr)))).toEqual([]);
      const second = await program("lasting.mjs", lasting);
      expect(second).toMatchObject({ code: 0, stderr: "" });
      expect(second.stdout).toContain("walnuts");
    } else expect(first.stdout).toContain("walnuts");
    expect(existsSync(join(project, "agent-data", "chroma", "chroma.sqlite3"))).toBe(true);

    const serving = spawn("npx", ["persona-agent", "chroma", "--port", "0"], {
      cwd: project,
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(createInterface({ input: serving.stdout }), "line")) as [string];
    const url = new URL(line.replace(/^CHROMA_URL=/, ""));
    const client = new ChromaClient({ host: url.hostname, port: Number(url.port), ssl: false });
    expect(await client.heartbeat()).toBeGreaterThan(0);
    // npx does not pass this on.
    serving.kill("SIGTERM");
    await vi.waitFor(() => expect(client.heartbeat()).rejects.toThrow(), 20_000);
  });
});
