import { resolve } from "node:path";
import PQueue from "p-queue";
import { PersonaAgentError } from "../../system/errors.js";
import { downloadPairs, missingFiles } from "../../eval/sets/download-pairs.js";
import { announcedSize } from "../../eval/sets/fetch-file.js";
import { type LampChoice, type LampFile, lampPairs } from "../../eval/sets/lamp-files.js";
import { colorsFor } from "../output/terminal.js";
import { type CliContext, type CommandContext, elapsedSeconds, writeJson } from "../cli-context.js";
import { counted } from "../output/figures.js";
import { createProgressBar } from "../output/progress-bar.js";

export interface EvalDownloadOptions extends LampChoice {
  readonly out?: string;
  readonly list?: true;
}

interface Sized {
  readonly file: LampFile;
  readonly bytes: number | null;
}

/** @throws {PersonaAgentError} as `downloadPairs`, and `config-invalid` for an option out of range. */
export async function runEvalDownload(
  options: EvalDownloadOptions,
  context: CommandContext,
): Promise<void> {
  const start = performance.now();
  const { json } = context;
  const from = options.from === undefined ? undefined : parseAddress(options.from);
  const pairs = lampPairs({ ...options, from });
  if (options.list === true) {
    const files = await sized(pairs.flat(), context.signal);
    if (json) writeJson(context, listJson(files));
    else writeList(context, files);
    return;
  }
  if (options.out === undefined || options.out.trim() === "")
    throw new PersonaAgentError(
      "config-invalid",
      "--out is missing; expected a folder for the sets. Name one, or look first with --list.",
    );
  const out = resolve(options.out);
  const missing = await sized(missingFiles(pairs, out), context.signal);
  if (!json && missing.length > 0) writeList(context, missing);
  const bar = createProgressBar(context.stderr);
  const colors = colorsFor(context.stdout);
  try {
    const sets = await downloadPairs(pairs, totalOf(missing), {
      out,
      signal: context.signal,
      progress: ({ set, name }, bytes, total) =>
        bar.update(`MB of ${set}/${name}`, megabytes(bytes), megabytes(total ?? bytes)),
      onDone: ({ set, split, state, users, questions, folder }) => {
        bar.stop();
        if (!json)
          context.stdout.write(
            `${colors.green("✓")} ${set} ${split}: ${counted(questions, "question")} of ${counted(users, "user")} ${colors.dim(`(${state}, ${folder})`)}\n`,
          );
      },
    });
    if (json) writeJson(context, { sets, seconds: elapsedSeconds(start) });
  } finally {
    bar.stop();
  }
}

function sized(files: readonly LampFile[], signal: AbortSignal): Promise<Sized[]> {
  const sizeOf = (file: LampFile) => async () => {
    return { file, bytes: await announcedSize(file.url, signal) };
  };
  return new PQueue({ concurrency: 4 }).addAll(files.map(sizeOf));
}

function listJson(files: readonly Sized[]) {
  return {
    files: files.map(({ file: { set, name, url }, bytes }) => ({ set, file: name, url, bytes })),
    bytes: totalOf(files),
  };
}

function writeList({ stdout }: CliContext, files: readonly Sized[]): void {
  for (const { file, bytes } of files) {
    const size = bytes === null ? "unknown" : `${(bytes / 1e6).toFixed(1)} MB`;
    stdout.write(`${size.padStart(10)}  ${file.set}/${file.name}\n`);
  }
  const unknown = files.filter(({ bytes }) => bytes === null).length;
  stdout.write(
    `${(totalOf(files) / 1e6).toFixed(1)} MB in ${counted(files.length, "file")}${unknown === 0 ? "" : `, and ${counted(unknown, "file")} of unknown size`}\n`,
  );
}

/** Of the known sizes. */
function totalOf(files: readonly Sized[]): number {
  return files.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}

function parseAddress(text: string): string {
  if (/^https?:/.test(text) && URL.canParse(text)) return text.replace(/\/+$/, "");
  throw new PersonaAgentError(
    "config-invalid",
    `--from is ${JSON.stringify(text.slice(0, 80))}; expected an address that begins with http:// or https://. Correct it or leave it out.`,
  );
}
