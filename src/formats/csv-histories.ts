import { basename } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { TextDecoder } from "node:util";
import { CsvError, parse } from "csv-parse";
import { createUserFilter, type HistorySource, type ReadItem } from "./history-source.js";
import {
  type FileDefaults,
  type InteractionField,
  interactionFields,
  readInteraction,
} from "./interaction-fields.js";
import { fileInvalid, readBytes } from "./read-file.js";

/** How the columns of a CSV file are read. */
export interface CsvColumns {
  /** The column of each field, by its name in the header; a field's own name where it is not given. */
  readonly columns: ReadonlyMap<InteractionField, string>;
  /** The question of each line, with names of columns in braces: "How many stars do I give {title}?" */
  readonly question: string | null;
}

/** Longest record, in UTF-16 units: a quote that is never closed would take the rest of the file. */
const maxRecordLength = 2_000_000;
/** The header stands within so many UTF-16 units. */
const maxHeaderLength = 65_536;
const delimiters = [",", ";", "\t", "|"];
const placeholder = /\{([^{}]+)\}/g;

/**
 * Reads a CSV file with a header, plain or gzip, in UTF-8 or UTF-16: with commas, semicolons, tabs or bars between the
 * columns, as its header has them. A line that cannot be imported is yielded with its number and a reason.
 *
 * @throws {PersonaAgentError} `config-file-invalid` when a column is missing that the import needs.
 */
export async function openCsv(
  path: string,
  { columns, question }: CsvColumns,
  defaults: FileDefaults,
): Promise<HistorySource> {
  const delimiter = await findDelimiter(path);
  const name = basename(path);
  return {
    format: "csv",
    async *read(options = {}) {
      const wanted = createUserFilter(options);
      let toFields: ((cells: readonly string[]) => object | string) | null = null;
      let imported = 0;
      let firstFault: Extract<ReadItem, { ok: false }> | null = null;
      for await (const { cells, line } of readRecords(path, delimiter)) {
        if (toFields === null) {
          toFields = fieldsOf(
            cells,
            { columns, question },
            { name, hasUser: defaults.user !== undefined },
          );
          continue;
        }
        const fields = toFields(cells);
        const result = typeof fields === "string" ? fields : readInteraction(fields, defaults);
        if (typeof result === "string") {
          const fault = { ok: false, line, reason: result } as const;
          firstFault ??= fault;
          yield fault;
          continue;
        }
        imported += 1;
        if (wanted(result.user)) yield { ok: true, ...result };
      }
      if (imported > 0) return;
      throw fileInvalid(
        firstFault === null
          ? `${name} has no line below its header; expected CSV with a header and a line for each interaction. Check the path.`
          : `No line of ${name} can be imported (line ${firstFault.line}: ${firstFault.reason}); expected CSV with a header. Name the columns with --column, or correct the file.`,
      );
    },
  };
}

/** Reads a record's fields, by the header. */
function fieldsOf(
  header: readonly string[],
  { columns, question }: CsvColumns,
  { name, hasUser }: { readonly name: string; readonly hasUser: boolean },
): (cells: readonly string[]) => object | string {
  const find = (wanted: string) => {
    const exact = header.findIndex((each) => each.trim() === wanted.trim());
    return exact >= 0 ? exact : header.findIndex((each) => isAlike(each, wanted));
  };
  const lacks = (wanted: string, way: string) =>
    fileInvalid(
      `${name} has no column ${JSON.stringify(wanted)}; its columns are ${header.map((each) => JSON.stringify(each)).join(", ")}. ${way}`,
    );
  const place = (wanted: string) => {
    const found = find(wanted);
    if (found < 0) throw lacks(wanted, "Name one of them.");
    return found;
  };
  const places = interactionFields.flatMap((field) => {
    const named = columns.get(field);
    const found = named === undefined ? find(field) : place(named);
    return found < 0 ? [] : [[field, found] as const];
  });
  const has = (field: InteractionField) => places.some(([each]) => each === field);
  if (!has("user") && !hasUser)
    throw lacks(
      "user",
      "Say which one has the user with --column user=<name>, or whose file it is with --as-user.",
    );
  if (!has("query") && question === null)
    throw lacks(
      "query",
      "Say which one has the question with --column query=<name>, or write it with --question.",
    );
  const asked = Array.from(question?.matchAll(placeholder) ?? [], ([, named = ""]) => ({
    named,
    at: place(named),
  }));

  return (cells) => {
    const fields = places.map(([field, at]) => [field, cells[at]] as const);
    const given = fields.filter(([, cell = ""]) => cell.trim() !== "");
    if (question === null) return { query: "", ...Object.fromEntries(given) };
    const empty = asked.find(({ at }) => (cells[at] ?? "").trim() === "");
    if (empty !== undefined) return `${empty.named} is empty; expected some text for the question`;
    const oneLine = (cell = "") => cell.replaceAll(/\s+/g, " ").trim();
    const texts = new Map(asked.map(({ named, at }) => [named, oneLine(cells[at])]));
    const query = question.replaceAll(placeholder, (_, named: string) => texts.get(named) ?? "");
    return { ...Object.fromEntries(given), query };
  };
}

function isAlike(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

/** Records with the number of their first line, from 1; the header is the first. */
async function* readRecords(
  path: string,
  delimiter: string,
): AsyncGenerator<{ readonly cells: readonly string[]; readonly line: number }> {
  const parser = parse({
    delimiter,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: maxRecordLength,
  });
  const flowing = pipeline(Readable.from(readText(path)), parser);
  // The error arrives through the parser too; without a listener here it would end the process.
  flowing.catch(() => {});
  let line = 1;
  try {
    for await (const { record, info } of parser as AsyncIterable<ParsedRecord>) {
      // Where a record ends is known; a quoted cell may hold line ends.
      const begin = info.lines - record.reduce((count, cell) => count + lineEnds(cell), 0);
      line = info.lines + 1;
      yield { cells: record, line: begin };
    }
    await flowing;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw fileInvalid(
      `${basename(path)} is not valid CSV at line ${line} (${error.code}); expected quotes that are closed and doubled within a cell. Correct the line.`,
      error,
    );
  }
}

interface ParsedRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function lineEnds(cell: string): number {
  return cell.match(/\r\n|\n|\r/g)?.length ?? 0;
}

/** The delimiter that the header has most of, outside of quotes. */
async function findDelimiter(path: string): Promise<string> {
  let head = "";
  for await (const text of readText(path)) {
    head += text;
    if (/\n|\r/.test(head.trimStart()) || head.length > maxHeaderLength) break;
  }
  const [header = ""] = head
    .trimStart()
    .replaceAll(/"[^"]*"/g, "")
    .split(/\r\n|\n|\r/);
  const counts = delimiters.map((each) => header.split(each).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ",";
}

/** A file's text without a byte order mark, in UTF-8 or, as Excel's "Unicode text", in UTF-16. */
async function* readText(path: string): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  try {
    for await (const bytes of readBytes(path)) {
      decoder ??= new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8", {
        fatal: true,
      });
      yield decoder.decode(bytes, { stream: true });
    }
    yield decoder?.decode() ?? "";
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw fileInvalid(
      `${basename(path)} is not UTF-8 text; expected CSV in UTF-8. Save it again as “CSV UTF-8”.`,
      error,
    );
  }
}
