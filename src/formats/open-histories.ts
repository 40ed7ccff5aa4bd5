import { openCsv, type CsvColumns } from "./csv-histories.js";
import type { FileDefaults } from "./interaction-fields.js";
import { openJsonl } from "./jsonl-histories.js";
import { openLamp } from "./lamp-histories.js";
import { openMemoryExport } from "./memory-exports.js";
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
 * Histories at a path: a folder is read as LaMP's format, a file named `.csv` or `.tsv` as CSV, one that is a single JSON
 * value as an export of mem0 or Mastra, any other as JSONL.
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
  if (await isArchive(path))
    throw fileInvalid(
      `${path} is the archive of one user that \`export\` gave; expected histories. Import it as an archive (\`import --archive\`).`,
    );
  if (reading.csv !== undefined || csvName.test(path))
    return openCsv(path, reading.csv ?? byName, reading);
  return (await isWholeJson(path)) ? openMemoryExport(path, reading) : openJsonl(path, reading);
}

/** Of a longer first line the beginning tells. */
const readLength = 65_536;

/** Whether a file is what `export` gave of one user, plain or gzip. */
export async function isArchive(path: string): Promise<boolean> {
  if ((await kindOfPath(path)) === "folder") return false;
  return /^\{\s*"format"\s*:\s*"persona-agent-archive"/.test(await beginOf(path, /\{[^]{100}/));
}

/** The text before `enough` is there, without what may stand before JSON. */
async function beginOf(path: string, enough: RegExp): Promise<string> {
  let head = "";
  for await (const chunk of readBytes(path)) {
    head += chunk.toString("latin1");
    if (enough.test(head) || head.length > readLength) break;
  }
  return head.replace(/^\u00EF\u00BB\u00BF/, "").trimStart();
}

/** Whether a file is one JSON value, and not one object a line. */
async function isWholeJson(path: string): Promise<boolean> {
  const begin = await beginOf(path, /\S[^]*\n/);
  if (begin.startsWith("[")) return true;
  const [line = ""] = begin.split("\n");
  // An object that goes on below, or one line that holds everything.
  return /^\{\s*$/.test(line) || /^\{[^[{]*"(?:results|messages)"\s*:\s*\[/.test(begin);
}
