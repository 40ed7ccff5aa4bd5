import type { ModelComparison } from "../../eval/report/compare-models.js";
import type { EvalReport, Result } from "../../eval/report/summary/eval-report.js";
import { addRanges, emptyRange, type Range } from "../../eval/call-range.js";
import { type CallEstimate, estimateRule } from "../../eval/run/estimate.js";
import type { EvaluationResult } from "../../eval/run/run-evaluation.js";
import { colorsFor } from "../output/terminal.js";
import { type CliContext, writeJson } from "../cli-context.js";
import { counted } from "../output/figures.js";
import { printable, printableLine } from "../output/printable.js";
import { Stopped } from "../stop-signals.js";

interface WriteOptions {
  /** Of several models; `null` for a run of one. */
  readonly compared: ModelComparison | null;
  /** Of the HTML page. */
  readonly path: string;
  readonly json: boolean;
}

/** What `eval` prints, for each model. With `--json` this shape is a contract. */
export function writeEvaluated(
  context: CliContext,
  summaries: readonly [EvalReport, ...EvalReport[]],
  { compared, path, json }: WriteOptions,
): void {
  const { stdout } = context;
  for (const summary of summaries)
    writeErrors(context, summary, compared === null ? "" : `${summary.run.model}, `);
  const [{ results, paired }] = compared === null ? summaries : [compared];
  if (json) return writeJson(context, { report: path, results, paired });
  for (const { run, results } of summaries) {
    if (compared !== null) stdout.write(`${colorsFor(stdout).bold(printable(run.model))}\n`);
    writeScores(context, results, compared === null ? "" : "  ");
  }
  stdout.write(`The report is ${path}\n`);
}

function writeErrors({ stderr }: CliContext, { errors }: EvalReport, prefix: string): void {
  for (const { set, method, during, count, example } of errors)
    stderr.write(
      `persona-agent: ${printable(`${prefix}${set}, ${method}`)}: ${counted(count, during)} ended in an error: ${printableLine(example, 300)}\n`,
    );
}

function writeScores({ stdout }: CliContext, results: readonly Result[], indent: string): void {
  const colors = colorsFor(stdout);
  const width = Math.max(...results.map(({ method }) => method.length));
  let last = "";
  for (const result of results) {
    if (result.set !== last) stdout.write(`${indent}${colors.bold(printable(result.set))}\n`);
    last = result.set;
    stdout.write(`${indent}  ${result.method.padEnd(width)}  ${scoresLine(result)}\n`);
  }
}

/** One line for an incomplete run, with how to resume it. */
export function writeStop(
  { stderr, signal }: CliContext,
  { results, run }: EvalReport,
  stoppedBy: EvaluationResult["stoppedBy"],
): void {
  if (stoppedBy === null) return;
  const total = run.sets.reduce((sum, { questions }) => sum + questions, 0) * run.arms.length;
  const answered = results.reduce((sum, { n, errors }) => sum + n + errors, 0);
  const why =
    stoppedBy === "signal"
      ? `stopped by ${stopName(signal)}`
      : `the budget of ${stoppedBy.budget} is spent`;
  const more = stoppedBy === "signal" ? "" : " and a larger budget";
  stderr.write(
    `persona-agent: ${why}, with ${answered} of ${counted(total, "question")} asked. Continue with the same command and --resume${more}.\n`,
  );
}

/** What `eval --dry-run` prints. With `--json` this shape is a contract. */
export function writeEstimate(
  context: CliContext,
  estimate: readonly CallEstimate[],
  { json, models }: { readonly json: boolean; readonly models: number },
): void {
  const calls = estimate.map((one) => addRanges(one.calls.preparation, one.calls.questions));
  const inAll = (parts: readonly Range[]) => {
    const { least, most } = parts.reduce(addRanges, emptyRange);
    return { least: least * models, most: most * models };
  };
  const total = { calls: inAll(calls), tokensIn: inAll(estimate.map(({ tokensIn }) => tokensIn)) };
  if (json) return writeJson(context, { estimate, total });
  const { stdout } = context;
  for (const { set, method, questions, calls: parts, tokensIn } of estimate)
    stdout.write(
      `${printable(set)}, ${method}: ${counted(questions, "question")}, ${range(parts.preparation)} calls before them, ${range(parts.questions)} for them, ${range(tokensIn)} tokens in\n`,
    );
  stdout.write(
    `In all${models === 1 ? "" : `, for ${models} models,`} ${range(total.calls)} model calls, ${range(total.tokensIn)} tokens in. ${estimateRule}\n`,
  );
}

function scoresLine({ metrics, n, errors }: Result): string {
  const scores = Object.entries(metrics).map(
    ([name, { value, low, high }]) =>
      `${name} ${value.toFixed(3)}${low === null || high === null ? "" : ` (${low.toFixed(3)} to ${high.toFixed(3)})`}`,
  );
  const failed = errors === 0 ? [] : [counted(errors, "error")];
  return [...scores, counted(n, "question"), ...failed].join(", ");
}

function range({ least, most }: Range): string {
  return least === most ? String(least) : `${least} to ${most}`;
}

function stopName({ reason }: AbortSignal): string {
  return reason instanceof Stopped ? reason.by : "a signal";
}
