/**
 * The way to run what measures speed:
 *
 *   npm run bench                              those that take minutes
 *   npm run bench -- turns --rounds 300        one, with its options; several by their names
 *   npm run bench -- --list                    what there is
 *   npm ci --prefix bench/side-by-side/peers   adds mem0 and Mastra (450 MB; better-sqlite3 is compiled)
 *
 * Each runs in a process of its own, prints tables, and takes its place in bench-results.json and bench-results.html.
 * Run it on a machine that does nothing else.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type Benchmark, benchmarks } from "./benchmarks.js";

const all = new Map<string, Benchmark>(Object.entries(benchmarks));
const words = process.argv.slice(2);
const firstOption = words.findIndex((word) => word.startsWith("-"));
const names = firstOption === -1 ? words : words.slice(0, firstOption);
const options = words.slice(names.length);
if (options[0] === "--list") list();
else if (options.length > 0 && names.length !== 1)
  fail("Options belong to one benchmark: name it first.");
else
  run(names.length > 0 ? names : [...all].flatMap(([name, { isUsual }]) => (isUsual ? name : [])));

function run(chosen: readonly string[]): void {
  const unknown = chosen.find((name) => !all.has(name));
  if (unknown !== undefined) return fail(`There is no benchmark ${unknown}; --list names all.`);
  for (const name of chosen) {
    console.log(`\n${name}: ${all.get(name)?.takes}`);
    const program = join(import.meta.dirname, `${name}.ts`);
    const { status } = spawnSync(process.execPath, ["--import", "tsx", program, ...options], {
      stdio: "inherit",
    });
    if (status !== 0) fail(`${name} failed.`);
  }
}

function list(): void {
  const width = Math.max(...[...all.keys()].map((name) => name.length));
  for (const [name, { what, takes, isUsual }] of all)
    console.log(
      `${isUsual === true ? "*" : " "} ${name.padEnd(width)}  ${what}\n${" ".repeat(width + 4)}${takes}`,
    );
  console.log(
    "\n* without a name. A program's options are at its top. The others in bench/ are studies of quality (acceptance\n" +
      "rules, judges, roll-backs, evaluation) and of failures, and run as their tops say.",
  );
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
