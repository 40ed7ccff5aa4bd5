import { execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";

/** Whoever has this name needs a password; everybody else is trusted. The test creates the user. */
export const guardedUser = "guarded";

/** A throw-away PostgreSQL on 127.0.0.1. */
export interface TestPostgres {
  /** Its first database. */
  readonly url: string;
  /** A new, empty database on it. */
  createDatabase(): Promise<string>;
  /** Cuts every connection and brings it down; its data stay. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** `down`, then `up`. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** The machine's PostgreSQL server programs and what must stand before them, or null. */
const programs = findPrograms();

/** Whether this machine has what `startPostgres` needs; tests skip without: `describe.skipIf(!hasPostgres)`. */
export const hasPostgres = programs !== null;
if (!hasPostgres)
  process.emitWarning(
    "No PostgreSQL server programs found; the tests on a real PostgreSQL are skipped (Debian: apt-get install postgresql).",
  );

export async function startPostgres(): Promise<TestPostgres> {
  if (programs === null) throw new Error("No PostgreSQL server programs found on this machine.");
  const { bin, prefix, owner } = programs;
  const folder = await mkdtemp(join(tmpdir(), "persona-postgres-"));
  const data = join(folder, "data");
  if (owner !== null) {
    chownSync(folder, owner.uid, owner.gid);
    chmodSync(folder, 0o700);
  }
  const initdb = [join(bin, "initdb"), "-D", data, "-A", "trust", "-U", "postgres", "--no-sync"];
  run([...prefix, ...initdb, "-E", "UTF8", "--locale=C.UTF-8"]);

  const access = join(data, "pg_hba.conf");
  const trusting = readFileSync(access, "utf8");
  writeFileSync(access, `host all ${guardedUser} all scram-sha-256\n${trusting}`);

  let port = await freePort();
  const launch = () =>
    launchServer({ command: [...prefix, join(bin, "postgres")], folder, data, port });
  let server = await launch();
  for (let attempt = 0; server === null && attempt < 5; attempt++) {
    port = await freePort();
    server = await launch();
  }
  if (server === null) throw new Error("PostgreSQL did not start.");
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;

  const down = async () => {
    await server?.end("keep");
    server = null;
  };
  const up = async () => {
    server ??= await launch();
    if (server === null) throw new Error("PostgreSQL did not start again.");
  };
  return {
    url,
    async createDatabase() {
      const name = `test_${randomUUID().replaceAll("-", "")}`;
      const client = new pg.Client(url);
      await client.connect();
      await client.query(`CREATE DATABASE ${name}`);
      await client.end();
      return url.replace(/postgres$/, name);
    },
    down,
    up,
    async restart() {
      await down();
      await up();
    },
    async stop() {
      await server?.end("remove");
      server = null;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * A shell stands between us and the server: it waits for a word from us or for our end, however that came,
 * then ends the server, and removes its data unless the word was to keep them.
 */
const guard = `
folder=$1; shift
"$@" & server=$!
read word
kill -INT $server; wait $server
[ "$word" = keep ] || rm -rf "$folder"`;

async function launchServer(options: {
  command: readonly string[];
  folder: string;
  data: string;
  port: number;
}) {
  const { command, folder, data, port } = options;
  const settings = ["-h", "127.0.0.1", "-p", String(port), "-k", folder, "-F"];
  const shell = spawn(
    "sh",
    ["-c", guard, "sh", folder, ...command, "-D", data, ...settings, "-c", "max_connections=200"],
    // Of a process group of its own: Ctrl-C in the terminal is ours to hear, not the server's.
    {
      stdio: ["pipe", "ignore", "pipe"],
      env: { PATH: process.env["PATH"], LC_ALL: "C" },
      detached: true,
    },
  );
  const ended = once(shell, "exit");
  const end = async (word: "keep" | "remove") => {
    shell.stdin.end(`${word}\n`);
    await ended;
  };
  const lines = createInterface({ input: shell.stderr });
  const ready = await new Promise<boolean>((resolve) => {
    lines.on("line", (line) => {
      if (line.includes("ready to accept connections")) resolve(true);
      // What it tells clients that come too early is no failure of its own.
      if (line.includes("FATAL") && !/starting up|not yet accepting/.test(line)) resolve(false);
    });
    lines.on("close", () => resolve(false));
  });
  if (ready) return { end };
  await end("keep");
  return null;
}

function findPrograms() {
  const bin = [fromPgConfig(), ...debianFolders()].find((folder) =>
    existsSync(join(folder, "initdb")),
  );
  if (bin === undefined) return null;
  if (process.getuid?.() !== 0) return { bin, prefix: [], owner: null };
  // PostgreSQL refuses to run as root.
  const owner = userNamed("postgres") ?? userNamed("nobody");
  if (owner === null || capture("setpriv", "--version") === null) return null;
  const prefix = [
    "setpriv",
    `--reuid=${owner.uid}`,
    `--regid=${owner.gid}`,
    "--clear-groups",
    "--",
  ];
  return { bin, prefix, owner };
}

function fromPgConfig(): string {
  return capture("pg_config", "--bindir") ?? "";
}

function debianFolders(): string[] {
  const versions = existsSync("/usr/lib/postgresql") ? readdirSync("/usr/lib/postgresql") : [];
  return versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => `/usr/lib/postgresql/${version}/bin`);
}

function userNamed(name: string) {
  const uid = capture("id", "-u", name);
  const gid = capture("id", "-g", name);
  return uid === null || gid === null ? null : { uid: Number(uid), gid: Number(gid) };
}

function capture(command: string, ...args: string[]): string | null {
  try {
    return execFileSync(command, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return null;
  }
}

function run([command = "", ...args]: readonly string[]) {
  execFileSync(command, args, { stdio: ["ignore", "ignore", "pipe"], cwd: "/" });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
