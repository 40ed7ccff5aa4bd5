import { basename, dirname, resolve } from "node:path";
import { loadModels } from "../../app/model-environment.js";
import { lampRecallSet } from "../../eval/recall/lamp-recall.js";
import { openLocomo } from "../../eval/recall/locomo.js";
import { measureRecall, type RecallResult } from "../../eval/recall/measure-recall.js";
import type { RecallSet } from "../../eval/recall/recall-case.js";
import { recallMethodTitles, recallPage } from "../../eval/recall/recall-page.js";
import { recallDepths } from "../../eval/recall/recall-scores.js";
import { openEvalSets } from "../../eval/sets/open-eval-set.js";
import { writeReport } from "../../eval/report/write-report.js";
import type { LampSplit } from "../../formats/lamp-folder.js";
import { kindOfPath } from "../../formats/read-file.js";
import type { CliContext, CommandContext } from "../cli-context.js";
import { openUnlessStopped, untilStopped, writeJson } from "../cli-context.js";
import { colorsFor } from "../output/terminal.js";
import { printable } from "../output/printable.js";
import { createProgressBar } from "../output/progress-bar.js";
import { openEvalIndex, type IndexKind } from "./eval-index.js";

export interface EvalRecallOptions {
  readonly data: string;
  readonly out?: string;
  readonly sets?: readonly string[];
  readonly split: LampSplit;
  readonly index: IndexKind;
}

/** @throws {PersonaAgentError} `config-*` for options or data, `model-*` for the embeddings, `memory-*` for the index. */
export async function runEvalRecall(
  options: EvalRecallOptions,
  context: CommandContext,
): Promise<void> {
  const { signal, env, json, stdout, stderr } = context;
  const { vectors } = loadModels(env);
  const sets = await untilStopped(signal, () => openSets(options));
  const { index, close } = await openUnlessStopped(signal, () =>
    openEvalIndex(options.index, env, vectors),
  );
  const bar = createProgressBar(stderr);
  const results: RecallResult[] = [];
  try {
    for (const [place, set] of sets.entries()) {
      const deps = { embeddings: vectors.embeddings, ...(index && { index }) };
      bar.update("sets", place, sets.length);
      results.push(await untilStopped(signal, () => measureRecall(set, deps, signal)));
    }
  } finally {
    bar.stop();
    await close();
  }
  const content = { embeddings: vectors.name, results };
  const written =
    options.out === undefined
      ? null
      : await writeReport(resolve(options.out), content, recallPage(results, vectors.name));
  if (json) return writeJson(context, { ...content, report: written?.html ?? null });
  for (const result of results) writeResult(context, result);
  if (written !== null) stdout.write(`The report is ${written.html}\n`);
}

/** A questions file of LaMP's stands for its folder. */
async function openSets({ data, sets: names, split }: EvalRecallOptions): Promise<RecallSet[]> {
  const questions = /^(dev|train|test)_questions\.json(?:\.gz)?$/.exec(basename(data));
  if (questions === null && (await kindOfPath(data)) === "file") return [await openLocomo(data)];
  const opened = await openEvalSets(questions === null ? data : dirname(data), {
    split: (questions?.[1] as LampSplit | undefined) ?? split,
    ...(names !== undefined && { names }),
  });
  return opened.map(lampRecallSet);
}

function writeResult({ stdout }: CliContext, { set, measure, scores, search }: RecallResult): void {
  const colors = colorsFor(stdout);
  stdout.write(`${colors.bold(printable(set))}\n`);
  if (search === null) {
    stdout.write("  nothing to find: no question's history has its answer\n");
    return;
  }
  const unit = measure === "evidence" ? "evidence" : "label";
  for (const { method, kind, questions, recall, ndcg } of scores) {
    if (method === "memory")
      stdout.write(`  ${kind ?? "all questions"} ${colors.dim(`(${questions}; ${unit})`)}\n`);
    const cells = (values: typeof recall) =>
      recallDepths.map((depth) => values[depth].toFixed(3)).join(" ");
    stdout.write(
      `    ${recallMethodTitles[method].padEnd(16)} recall ${cells(recall)}   ndcg ${cells(ndcg)}\n`,
    );
  }
  stdout.write(
    colors.dim(
      `  at ${recallDepths.join(", ")}; a search took ${search.p50Ms.toFixed(1)} ms (median), ${search.p95Ms.toFixed(1)} ms (95 %)\n`,
    ),
  );
}
