import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PersonaAgentError } from "../../../src/system/errors.js";
import { openDataFolder } from "../../../src/memory/postgres/data-folder.js";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "persona-folder-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const open = (folder: string) => openDataFolder({ folder, command: "persona-agent test" });
const refusal = (attempt: Promise<unknown>, code: PersonaAgentError["code"]) =>
  attempt.then(
    () => expect.fail("expected a refusal"),
    (error: unknown) => {
      if (!PersonaAgentError.is(error, code)) throw error;
      expect(error.message).not.toContain("\n");
      return error.message;
    },
  );

describe("a data folder", () => {
  it("is created when missing, for its owner only", async () => {
    const folder = await open(join(root, "new", "deep"));
    expect(folder.path).toBe(join(root, "new", "deep"));
    expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
    await folder.close();
  });

  it("is refused when missing where it must exist, and not made", async () => {
    const folder = join(root, "mistyped");
    const message = await refusal(
      openDataFolder({ folder, command: "persona-agent users", mustExist: true }),
      "config-invalid",
    );
    expect(message).toContain(`no data folder ${JSON.stringify(folder)}; expected one with memory`);
    await expect(stat(folder)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("belongs to one process at a time, and the error of a second one names the first", async () => {
    const first = await openDataFolder({
      folder: join(root, "one"),
      command: "persona-agent dev",
      url: "http://127.0.0.1:2024",
    });
    const message = await refusal(open(join(root, "one")), "memory-folder-in-use");
    expect(message).toContain(`process ${process.pid} (persona-agent dev) since 20`);
    expect(message).toContain("--url http://127.0.0.1:2024");
    await first.close();
    await (await open(join(root, "one"))).close();
  });

  it("is refused in one line when it is not a folder", async () => {
    await writeFile(join(root, "file"), "");
    expect(await refusal(open(join(root, "file")), "config-invalid")).toContain("is a file");
    expect(await refusal(open(join(root, "file", "below")), "config-invalid")).toContain(
      "is below a file",
    );
    expect(await refusal(open(""), "config-invalid")).toContain("--data-dir");
    expect(await refusal(open("a\0b"), "config-invalid")).toContain("cannot be made or opened");
  });

  it.skipIf(process.getuid?.() === 0)("is refused when it cannot be written", async () => {
    await mkdir(join(root, "theirs"), { mode: 0o500 });
    expect(await refusal(open(join(root, "theirs")), "config-invalid")).toContain(
      "cannot be written by this user",
    );
  });
});
