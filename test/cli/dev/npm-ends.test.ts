import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, it, vi } from "vitest";

it("a server ends with the npm that started it, though npm was killed and a shell is between them", async () => {
  const npm = spawn("npm", ["run", "--silent", "persona", "--", "fake-model"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [url] = (await once(createInterface({ input: npm.stdout }), "line")) as [string];
  const answers = async () => (await fetch(`${url}/models`).catch(() => null)) !== null;
  expect(await answers()).toBe(true);
  npm.kill("SIGKILL");
  await vi.waitFor(async () => expect(await answers()).toBe(false), { timeout: 20_000 });
}, 60_000);
