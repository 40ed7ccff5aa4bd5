import { openCsv, type CsvColumns } from "./csv-histories.js";
import type { FileDefaults } from "./interaction-fields.js";
import { openJsonl } from "./jsonl-histories.js";
import { openLamp } from "./lamp-histories.js";
import type { HistorySource } from "./history-source.js";
import { fileInvalid, kindOfPath, readBytes } from "./read-file.js";

/** How a file is to be read, beyond what stands in it. */
export interface FileReading extends FileDefaults {
  /** Reads the file as CSV, whatever its name. */
  readonly csv?: CsvColumns;
}

const csvName = /\.(?:csv|tsv)(?:\.gz)?$/i;
const byName: CsvColumns = { columns: new Map(), question: null };

/**
 * Histories at a path: a folder is read as LaMP's format, a file named `.csv` or `.tsv` as CSV, any other as JSONL.
 *
 * @throws {PersonaAgentError} `config-file-invalid` when it is none of them, or cannot be read.
 */
export async function openHistories(
  path: string,
  reading: FileReading = {},
): Promise<HistorySource> {
  if ((await kindOfPath(path)) === "folder") {
    if (Object.keys(reading).length === 0) return openLamp(path);
    throw fileInvalid(
      `${path} is a folder, which is read as a LaMP set, and that says itself what its questions and answers are; expected a file. Leave out the options on users, columns, questions and answers.`,
    );
  }
  if (reading.csv !== undefined || csvName.test(path))
    return openCsv(path, reading.csv ?? byName, reading);
  if (await beginsArray(path))
    throw fileInvalid(
      `${path} is a JSON array; expected JSONL, CSV, or the folder that holds a LaMP set's files. Give its folder, or write one object a line.`,
    );
  return openJsonl(path, reading);
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
