import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { addApiKey } from "../src/auth/api-keys.js";
import { startChromaServer } from "../src/memory/chroma/embedded-server.js";
import { hasPostgres, startPostgres } from "./support/servers/postgres.js";
import { compiled } from "./support/setup/compiled.js";

interface Service {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
}

const text = readFileSync("deploy/compose.yaml", "utf8");
const { services } = parse(text, { merge: true }) as { services: Record<string, Service> };
const dockerfile = readFileSync("deploy/Dockerfile", "utf8");
const namesIn = (file: string) =>
  [...readFileSync(file, "utf8").matchAll(/^([A-Z_]+)=/gm)].map(([, name = ""]) => name);

describe("compose.yaml", () => {
  it("sets only what the agent or the image reads", () => {
    const ofImages = /^(?:POSTGRES_|REDIS_URI$|DATABASE_URI$|LANGGRAPH_CLOUD_LICENSE_KEY$)/;
    const known = new Set(namesIn(".env.example"));
    const set = Object.values(services).flatMap(({ environment }) =>
      Object.keys(environment ?? {}),
    );
    expect(set.filter((name) => !known.has(name) && !ofImages.test(name))).toEqual([]);
  });

  it("takes from deploy/.env what its example has, and all of that", () => {
    const taken = [...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name = ""]) => name);
    expect([...new Set(taken)].sort()).toEqual(namesIn("deploy/.env.example").sort());
  });

  it("mounts only files of the project, and volumes", () => {
    const mounted = Object.values(services).flatMap(({ volumes = [] }) => volumes);
    const files = mounted
      .map((each) => each.split(":")[0] ?? "")
      .filter((at) => at.startsWith("."));
    expect(files.filter((file) => !existsSync(join("deploy", file)))).toEqual([]);
    expect(files.length).toBeGreaterThan(0);
  });
});

it("the Dockerfile installs the versions that the package asks for", () => {
  const { peerDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  for (const name of ["pg-boss", "@modelcontextprotocol/sdk"])
    expect(dockerfile).toContain(` ${name}@${peerDependencies[name]} `);
});

it("LangGraph's tool writes the Dockerfile of its server from langgraph.json", async () => {
  const folder = await mkdtemp(join(tmpdir(), "persona-agent-image-"));
  try {
    for (const name of ["langgraph.json", "package.json", "package-lock.json", "src"])
      await cp(name, join(folder, name), { recursive: true });
    const program = join("node_modules", "@langchain", "langgraph-cli", "dist", "cli", "cli.mjs");
    const target = join(folder, "Dockerfile");
    const config = join(folder, "langgraph.json");
    await promisify(execFile)(process.execPath, [program, "dockerfile", target, "-c", config], {
      env: { ...process.env, LANGGRAPH_CLI_NO_ANALYTICS: "1" },
    });
    const written = await readFile(target, "utf8");
    const { graphs, auth, http } = JSON.parse(readFileSync("langgraph.json", "utf8"));
    const valueOf = (name: string) =>
      JSON.parse(new RegExp(`^ENV ${name}='(.*)'$`, "m").exec(written)?.[1] ?? "null");
    expect(valueOf("LANGSERVE_GRAPHS")).toEqual(graphs);
    expect(valueOf("LANGGRAPH_AUTH")).toEqual(auth);
    expect(valueOf("LANGGRAPH_HTTP")).toMatchObject(http);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

describe.skipIf(!hasPostgres)("the server and a worker of compose.yaml, without containers", () => {
  const children: ChildProcess[] = [];
  let folder: string;
  let key: string;
  let stop: () => Promise<unknown>;
  let url: string;
  let worker: string[];

  /** Starts what a service runs; what is another container or a volume there is on this machine here. */
  async function start(name: string, here: Readonly<Record<string, string>>) {
    const { command = [], environment = {} } = services[name] ?? {};
    const env = Object.fromEntries(
      Object.entries(environment).map(([variable, value]) => [
        variable,
        here[variable] ?? value.replaceAll(/\$\{[A-Z_]+:-(.*?)\}/g, "$1"),
      ]),
    );
    const words = command.map((word) =>
      word === "2024" ? "0" : word === "0.0.0.0" ? "127.0.0.1" : word,
    );
    const child = spawn(process.execPath, [compiled("src/cli/main.ts"), ...words], {
      cwd: folder,
      env: { PATH: process.env["PATH"], ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    const lines: string[] = [];
    const reader = createInterface({ input: child.stdout });
    reader.on("line", (line) => lines.push(line));
    await once(reader, "line");
    return lines;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "persona-agent-compose-"));
    const [postgres, chroma] = await Promise.all([
      startPostgres(),
      startChromaServer({ path: join(folder, "chroma") }),
    ]);
    stop = () => Promise.all([postgres.stop(), chroma.close()]);
    const keysFile = join(folder, "keys.jsonl");
    key = await addApiKey(keysFile, undefined, new Date());
    const here = {
      DATABASE_URL: postgres.url,
      CHROMA_URL: chroma.url,
      AUTH_KEYS_FILE: keysFile,
    };
    [url = ""] = await start("server", here);
    worker = await start("worker", here);
  }, 120_000);
  afterAll(async () => {
    await Promise.all(
      children.map(async (child) => {
        child.kill("SIGTERM");
        if (child.exitCode === null) await once(child, "exit");
      }),
    );
    await stop();
    await rm(folder, { recursive: true, force: true });
  });

  const ask = async (path: string, given?: object) => {
    const response = await fetch(`${url}${path}`, {
      headers: { authorization: `Bearer ${key}` },
      ...(given !== undefined && { method: "POST", body: JSON.stringify(given) }),
    });
    return (await response.json()) as Record<string, unknown>;
  };

  it("leave an alignment that becomes due to the worker", async () => {
    const items = Array.from({ length: 12 }, (_, n) => ({
      user: "ines",
      query: `Tea or coffee, number ${n}?`,
      answer: n % 3 === 0 ? "coffee" : "tea",
      options: "tea|coffee",
      at: `2026-01-${String(n + 1).padStart(2, "0")}`,
    }));
    await ask("/import", { items, profiles: false });
    expect(await ask("/users/ines/ask", { message: "Tea or coffee?" })).toMatchObject({
      user: "ines",
    });
    const done = () => worker.some((line) => line.startsWith('alignment of "ines" in '));
    while (!done()) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await ask("/users/ines/status")).toMatchObject({ user: "ines" });
    expect(await ask("/health")).toMatchObject({ ok: true });
  }, 120_000);
});
