import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { type Context, Hono } from "hono";
import { PersonaAgentError } from "../../system/errors.js";
import { refuse, unknownRoute } from "../answer-errors.js";
import { type ConsoleFiles, type Encoding, readConsoleFiles } from "./console-files.js";

/** The same from the sources and from the build. */
const builtFolder = fileURLToPath(new URL("../../../dist/console", import.meta.url));

/**
 * The web page at `/console`. It is the same for everybody and holds no data: what it shows, it asks of the routes, which
 * ask who calls.
 */
export function createConsoleRoutes(folder: string = builtFolder): Hono {
  let files: ConsoleFiles | null = null;
  const app = new Hono();
  app.get("/console/assets/*", async (c) => {
    files ??= readConsoleFiles(folder);
    const file = files?.assets.get(c.req.path.slice("/console/".length));
    if (file === undefined) return refuse(c, unknownRoute(c, "a file of the console"), 404);
    // The name has a hash of the content.
    for (const [name, value] of Object.entries({
      ...safety,
      "content-type": file.type,
      "cache-control": "public, max-age=31536000, immutable",
      vary: "accept-encoding",
    }))
      c.header(name, value);
    const encoding = encodingFor(c);
    if (encoding === undefined) return c.body(file.bytes);
    c.header("content-encoding", encoding);
    return c.body(await file.compressed(encoding));
  });
  // The page itself finds out what a path below it means.
  for (const path of ["/console", "/console/*"])
    app.get(path, (c) => {
      files ??= readConsoleFiles(folder);
      if (files === null) return refuse(c, notBuilt, 503);
      const nonce = randomBytes(18).toString("base64");
      for (const [name, value] of Object.entries({
        ...safety,
        "content-security-policy": policy(nonce),
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "cache-control": "no-store",
      }))
        c.header(name, value);
      return c.html(files.page.replaceAll("__NONCE__", nonce));
    });
  return app;
}

const safety = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

/** Everything from this server, nothing in frames, and no text that becomes markup: the page may make no HTML of any. */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types default",
  ].join("; ");
}

const notBuilt = new PersonaAgentError(
  "config-package-missing",
  "The console is not built; expected its files in dist/console. Run npm run build:console.",
);

function encodingFor({ req }: Context): Encoding | undefined {
  const accepted = req.header("accept-encoding") ?? "";
  return (["br", "gzip"] as const).find((name) => new RegExp(`\\b${name}\\b`).test(accepted));
}
