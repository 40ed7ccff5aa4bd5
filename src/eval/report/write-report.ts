import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderHtml } from "./rendering/html.js";
import { renderMarkdown } from "./rendering/markdown.js";
import type { Page } from "./rendering/blocks.js";

export const reportFiles: readonly string[] = ["report.json", "report.md", "report.html"];

/**
 * Writes `report.json`, `report.md` and `report.html` into a folder, which is made if need be. All are made before any
 * is written, and each takes its name only when it is whole: a reader never sees half of one.
 *
 * @param content - What `report.json` holds.
 * @returns The paths.
 */
export async function writeReport(
  folder: string,
  content: object,
  page: Page,
): Promise<{ readonly json: string; readonly markdown: string; readonly html: string }> {
  const paths = {
    json: join(folder, "report.json"),
    markdown: join(folder, "report.md"),
    html: join(folder, "report.html"),
  };
  const contents = new Map([
    [paths.json, `${JSON.stringify(content, null, 2)}\n`],
    [paths.markdown, renderMarkdown(page)],
    [paths.html, await renderHtml(page)],
  ]);
  await mkdir(folder, { recursive: true });
  const unfinished = (path: string) => `${path}.unfinished`;
  try {
    for (const [path, text] of contents) await writeFile(unfinished(path), text);
    for (const path of contents.keys()) await rename(unfinished(path), path);
  } finally {
    for (const path of contents.keys()) await rm(unfinished(path), { force: true });
  }
  return paths;
}
