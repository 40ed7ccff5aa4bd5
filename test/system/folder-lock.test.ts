import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PersonaAgentError } from "../../src/system/errors.js";
import { acquireFolderLock, type FolderLock } from "../../src/system/folder-lock.js";
import { compiled } from "../support/setup/compiled.js";

const lockModule = compiled("src/system/folder-lock.ts");
const holder = { pid: process.pid, command: "test" };

let folder: string;
const held: FolderLock[] = [];
const children: ReturnType<typeof spawn>[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "persona-lock-"));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const lock of held.splice(0)) await lock.release();
  await rm(folder, { recursive: true, force: true });
});

type Options = Parameters<typeof acquireFolderLock>[0];
async function take(options: Partial<Options> = {}) {
  const lock = await acquireFolderLock({ folder, name: "owner", holder, ...options });
  held.push(lock);
  return lock;
}

/** Another process that takes the lock, then runs `then`; resolves once it holds the lock. */
async function otherProcess(then: string, file?: string) {
  const address = file === undefined ? "" : `, address: () => ${JSON.stringify(file)}`;
  const code = `
    const { acquireFolderLock } = await import(${JSON.stringify(lockModule)});
    await acquireFolderLock({ folder: ${JSON.stringify(folder)}, name: "owner",
      holder: { pid: process.pid, command: "persona-agent import" }${address} });
    console.log("held");
    ${then}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  await once(createInterface({ input: child.stdout }), "line");
  return child;
}

const refusal = (attempt: Promise<unknown>) =>
  attempt.then(
    () => expect.fail("expected the lock to be refused"),
    (error: unknown) => {
      if (!PersonaAgentError.is(error, "memory-folder-in-use")) throw error;
      return error;
    },
  );

describe("a folder lock", () => {
  it("refuses a second holder in one line that names folder, process, command and start time", async () => {
    await take({ holder: { pid: 4321, command: "persona-agent\nchat" } });
    const error = await refusal(take());
    expect(error.message).toContain(folder);
    expect(error.message).toMatch(
      /process 4321 \(persona-agent chat\) since \d{4}-\d\d-\d\dT[\d:.]+Z/,
    );
    expect(error.message).toContain("--data-dir");
    expect(error.message).toContain("DATABASE_URL");
    expect(error.message).not.toContain("\n");
  });

  it("names the holder's address, even one that became known after the lock was acquired", async () => {
    const known: { url?: string } = {};
    await take({
      holder: {
        ...holder,
        get url() {
          return known.url;
        },
      },
    });
    expect((await refusal(take())).message).not.toContain("--url");
    known.url = "http://127.0.0.1:2024";
    expect((await refusal(take())).message).toContain("--url http://127.0.0.1:2024");
  });

  it("is separate for each folder and name, and the same for two paths of one folder", async () => {
    await take();
    await take({ name: "chroma" });
    await take({ folder: tmpdir(), name: `test${process.pid}` });
    const link = `${folder}-link`;
    await symlink(folder, link);
    try {
      await refusal(take({ folder: link }));
    } finally {
      await rm(link);
    }
  });

  it("is free again after release, which may be called twice", async () => {
    const lock = await take();
    await lock.release();
    await lock.release();
    await take();
  });

  it("waits for a holder that releases it in time", async () => {
    const first = await take();
    const second = take({ waitMs: 20_000 });
    await first.release();
    await second;
  });

  it("is acquired by exactly one of many concurrent attempts", async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => take()));
    expect(attempts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("is refused when the holder accepts the connection and does not answer", async () => {
    const at = join(folder, "mute.sock");
    const mute = createServer(() => undefined).listen(at);
    await once(mute, "listening");
    const error = await refusal(take({ address: () => at }));
    expect(error.message).toContain("another process that does not answer");
    mute.close();
  });

  it("is free again after its process was killed, and does not keep its process alive", async () => {
    const child = await otherProcess("setInterval(() => {}, 1000);");
    const error = await refusal(take());
    expect(error.message).toContain(`process ${child.pid} (persona-agent import)`);
    child.kill("SIGKILL");
    await once(child, "exit");
    await take();
    await held.pop()?.release();

    const idle = await otherProcess("");
    expect(await once(idle, "exit")).toEqual([0, null]);
  });

  it("ignores the socket file of a killed process where locks are files", async () => {
    const at = join(folder, "lock.sock");
    const child = await otherProcess("setInterval(() => {}, 1000);", at);
    await refusal(take({ address: () => at }));
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(existsSync(at)).toBe(true);
    const attempts = await Promise.allSettled(
      Array.from({ length: 5 }, () => take({ address: () => at })),
    );
    expect(attempts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});
