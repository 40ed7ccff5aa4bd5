import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { benchmarks } from "./benchmarks.js";
import { renderBenchPage } from "./report-page.js";
import { cellsOf, type BenchTable, resultSchema, summaryOf } from "./summary.js";

const root = join(import.meta.dirname, "..");

/**
 * Prints the tables of a benchmark, and puts them in the place of its earlier ones in bench-results.json and
 * bench-results.html.
 */
export async function report(
  name: keyof typeof benchmarks,
  measured: readonly BenchTable[],
  ...notes: readonly string[]
): Promise<void> {
  const tables = measured.filter(({ rows }) => rows.length > 0).map(summaryOf);
  for (const table of tables) {
    console.log(`\n${table.title}, ${table.unit}`);
    console.table(
      Object.fromEntries(
        table.rows.map((row) => [
          row.at === undefined ? row.name : `${row.name}, ${table.over} ${row.at}`,
          cellsOf(row),
        ]),
      ),
    );
  }
  for (const note of notes) console.log(note);
  const json = join(root, "bench-results.json");
  const page = join(root, "bench-results.html");
  const earlier = existsSync(json) ? JSON.parse(readFileSync(json, "utf8")) : {};
  // A file of another form is of an earlier build.
  const results = z.record(z.string(), resultSchema).catch({}).parse(earlier);
  results[name] = { ...machine(), notes: [...notes], tables };
  writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(page, await renderBenchPage(results));
  console.log(`\nAll results are in ${page}.`);
}

function machine() {
  const git = (...words: readonly string[]) =>
    execFileSync("git", words, { cwd: root, encoding: "utf8" }).trim();
  const isChanged = git("status", "--porcelain", "--untracked-files=no") !== "";
  return {
    at: new Date().toISOString(),
    commit: `${git("rev-parse", "--short", "HEAD")}${isChanged ? ", changed" : ""}`,
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? "",
    cores: cpus().length,
    load: Math.round((loadavg()[0] ?? Number.NaN) * 10) / 10,
  };
}
