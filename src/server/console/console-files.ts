import { readFileSync, readdirSync } from "node:fs";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

/** The page and what it loads, as `npm run build:console` makes them. */
export interface ConsoleFiles {
  /** The page, with `__NONCE__` where a nonce belongs. */
  readonly page: string;
  /** By their paths below `/console/`. Their names change with their content. */
  readonly assets: ReadonlyMap<string, ConsoleFile>;
}

export type Encoding = "br" | "gzip";

export interface ConsoleFile {
  readonly type: string;
  readonly bytes: Buffer<ArrayBuffer>;
  /** Made when it is first asked for, and kept. */
  compressed(encoding: Encoding): Promise<Buffer<ArrayBuffer>>;
}

/** @returns Null where nothing was built. */
export function readConsoleFiles(folder: string): ConsoleFiles | null {
  let names: readonly string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch {
    return null;
  }
  if (!names.includes("index.html")) return null;
  const files = names.filter((name) => name !== "index.html" && types.has(extname(name)));
  return {
    page: readFileSync(join(folder, "index.html"), "utf8"),
    assets: new Map(
      files.map((name) => [name.replaceAll("\\", "/"), consoleFile(join(folder, name))]),
    ),
  };
}

const types = new Map([
  [".js", "text/javascript; charset=utf-8"],
  [".css", "text/css; charset=utf-8"],
  [".svg", "image/svg+xml"],
  [".woff2", "font/woff2"],
]);

const compressors = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes, { level: 9 }),
};

function consoleFile(path: string): ConsoleFile {
  const bytes = readFileSync(path);
  const made: Partial<Record<Encoding, Promise<Buffer<ArrayBuffer>>>> = {};
  return {
    type: types.get(extname(path)) ?? "",
    bytes,
    compressed: (encoding) =>
      (made[encoding] ??= compressors[encoding](bytes) as Promise<Buffer<ArrayBuffer>>),
  };
}
