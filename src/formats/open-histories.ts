import { openJsonl } from "./jsonl-histories.js";
import { openLamp } from "./lamp-histories.js";
import type { HistorySource } from "./history-source.js";
import { fileInvalid, kindOfPath, readBytes } from "./read-file.js";

/**
 * Histories at a path: a folder is read as LaMP's format, a file as JSONL.
 *
 * @throws {PersonaAgentError} `config-file-invalid` when it is neither, or cannot be read.
 */
export async function openHistories(path: string): Promise<HistorySource> {
  if ((await kindOfPath(path)) === "folder") return openLamp(path);
  if (await beginsArray(path))
    throw fileInvalid(
      `${path} is a JSON array; expected JSONL, or the folder that holds a LaMP set's files. Give its folder, or write one object a line.`,
    );
  return openJsonl(path);
}

async function beginsArray(path: string): Promise<boolean> {
  for await (const chunk of readBytes(path)) {
    const begin = chunk
      .subarray(0, 1_000)
      .toString()
      .replace(/^\uFEFF/, "")
      .trimStart();
    if (begin !== "") return begin.startsWith("[");
  }
  return false;
}
