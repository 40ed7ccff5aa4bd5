import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { createConsoleRoutes } from "../../src/server/console/console-routes.js";
import buildConsole from "../support/console/build-console.js";

const app = createConsoleRoutes();
beforeAll(() => buildConsole());

const sourcesIn = (page: string) =>
  [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = ""]) => path);

describe("the console's files", () => {
  it("are one page at every address below /console, with a policy and a nonce of its own", async () => {
    const first = await app.request("/console");
    const second = await app.request("/console/users/a%2Fb/persona");
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(first.headers.get("cache-control")).toBe("no-store");
    const policy = first.headers.get("content-security-policy") ?? "";
    const [, nonce = ""] = /style-src 'self' 'nonce-([^']+)'/.exec(policy) ?? [];
    expect(policy.replace(nonce, "N")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-N'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default",
    );
    const page = await first.text();
    expect(page).toContain(nonce);
    expect(page).not.toContain("__NONCE__");
    expect(page).not.toMatch(/<script(?![^>]* src=)/);
    expect(second.headers.get("content-security-policy")).not.toContain(nonce);
    expect(sourcesIn(page).every((path) => path.startsWith("/console/assets/"))).toBe(true);
  });

  it("have names that change with them, so a browser keeps them", async () => {
    const page = await (await app.request("/console")).text();
    for (const path of sourcesIn(page)) {
      const plain = await app.request(path);
      expect(plain.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      expect(plain.headers.get("x-content-type-options")).toBe("nosniff");
      const bytes = Buffer.from(await plain.arrayBuffer());
      for (const [encoding, open] of [
        ["br", brotliDecompressSync],
        ["gzip", gunzipSync],
      ] as const) {
        const small = await app.request(path, { headers: { "accept-encoding": encoding } });
        expect(small.headers.get("content-encoding")).toBe(encoding);
        expect(open(Buffer.from(await small.arrayBuffer())).equals(bytes)).toBe(true);
      }
    }
  });

  it("are no others: what is not one of them is refused in one line", async () => {
    for (const path of ["/console/assets/none.js", "/console/assets/..%2findex.html"]) {
      const response = await app.request(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: { code: "config-invalid" } });
    }
  });

  it("are said to be missing where they were not built", async () => {
    const folder = await mkdtemp(join(tmpdir(), "persona-agent-no-console-"));
    const response = await createConsoleRoutes(folder).request("/console");
    await rm(folder, { recursive: true });
    expect(response.status).toBe(503);
    expect(JSON.stringify(await response.json())).toContain("npm run build:console");
  });

  it("are built by the install and by the build, in at most 15 seconds of a processor", async () => {
    const { scripts, files } = JSON.parse(await readFile("package.json", "utf8"));
    expect(scripts.dependencies).toBe("node console/build/after-install.js");
    expect(scripts.prepare).toBeUndefined();
    expect(scripts.build).toMatch(/ && npm run build:console$/);
    expect(files).toContain("dist");
    const folder = await mkdtemp(join(tmpdir(), "persona-agent-built-console-"));
    // Seconds of a processor: those of a clock say how busy the machine is.
    const command = `TIMEFORMAT="%U %S"; time npm run --silent build:console -- --outDir ${folder}`;
    const { stderr } = await promisify(execFile)("bash", ["-c", command]);
    const seconds = stderr.trim().split(" ").map(Number);
    expect(seconds[0] ?? Number.NaN).toBeGreaterThan(0);
    expect(seconds.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(15);
    expect((await createConsoleRoutes(folder).request("/console")).status).toBe(200);
    await rm(folder, { recursive: true });
  }, 120_000);

  it("weigh at most 350 KB at the first load, compressed as they are sent", async () => {
    const page = await app.request("/console");
    const html = await page.text();
    const sizes = await Promise.all(
      sourcesIn(html).map(async (path) => {
        const sent = await app.request(path, { headers: { "accept-encoding": "gzip" } });
        return (await sent.arrayBuffer()).byteLength;
      }),
    );
    expect(sizes.reduce((sum, size) => sum + size, html.length)).toBeLessThanOrEqual(350_000);
  });
});
