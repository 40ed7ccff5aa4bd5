import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** The files below a folder that hold any of some texts, as paths within it. A file that goes meanwhile holds nothing. */
export async function filesWith(folder: string, texts: readonly string[]): Promise<string[]> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const { parentPath, name } of files.filter((file) => file.isFile())) {
    const path = join(parentPath, name);
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    if (texts.some((text) => bytes.includes(text))) found.push(relative(folder, path));
  }
  return found;
}
