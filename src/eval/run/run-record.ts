import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { z } from "zod";
import { noUsage, usageSchema } from "../../domain/usage.js";
import { PersonaAgentError } from "../../system/errors.js";
import type { Arm } from "../method.js";
import { questionsOf, type SelectedSet } from "../sets/selection.js";

const count = z.number().int().nonnegative();
const seconds = z.number().nonnegative();

/** Everything needed to read a run's predictions. */
const runRecordSchema = z.object({
  /** ISO 8601. */
  created: z.string(),
  seed: z.number().int(),
  model: z.string(),
  alignmentModel: z.string(),
  embeddings: z.string(),
  /** The kind of index that memory was searched with, as `in-process` or `chroma`. */
  index: z.string(),
  sets: z.array(
    z.object({
      name: z.string(),
      task: z.enum(["LaMP_1", "LaMP_2N", "LaMP_2M", "LaMP_3", "PrefEval"]),
      labels: z.array(z.string()),
      /** How many users, and how many questions each arm is asked. */
      users: count,
      questions: count,
    }),
  ),
  arms: z.array(
    z.object({
      id: z.string(),
      method: z.string(),
      summary: z.string(),
      settings: z.record(z.string(), z.union([z.number(), z.boolean()])),
      study: z.object({ name: z.string(), value: z.number() }).nullable(),
    }),
  ),
  versions: z.record(z.string(), z.string()),
  /** The cost of all model calls, over all starts, with errors and work that a stop gave up. */
  spent: usageSchema,
  /** Wall clock of the run's parts, over all starts. */
  timing: z.object({
    startSeconds: seconds,
    preparationSeconds: seconds,
    questionSeconds: seconds,
  }),
});
export type RunRecord = z.output<typeof runRecordSchema>;
export type SetRecord = RunRecord["sets"][number];
export type ArmRecord = RunRecord["arms"][number];

/** `run.json`: the record, and a hash that tells whether the same questions are asked again. */
export const storedRunSchema = runRecordSchema.extend({ questionsHash: z.string() });
export type StoredRun = z.output<typeof storedRunSchema>;

/** The record that a run begins with. */
export function newRun(
  names: Pick<RunRecord, "seed" | "model" | "alignmentModel" | "embeddings" | "index">,
  sets: readonly SelectedSet[],
  arms: readonly Arm[],
  now: Date,
): StoredRun {
  const hashed = sets.map(({ set, users }) => [set.name, set.task, set.labels, users]);
  return {
    created: now.toISOString(),
    ...names,
    sets: sets.map(({ set: { name, task, labels }, users }) => ({
      name,
      task,
      labels: [...labels],
      users: users.length,
      questions: questionsOf(users),
    })),
    arms: arms.map(({ id, method, settings, study }) => ({
      id,
      method: method.name,
      summary: method.summary,
      // JSON leaves out settings that are undefined.
      settings: JSON.parse(JSON.stringify(settings)) as ArmRecord["settings"],
      study,
    })),
    versions: versions(),
    spent: noUsage,
    timing: { startSeconds: 0, preparationSeconds: 0, questionSeconds: 0 },
    questionsHash: createHash("sha256").update(JSON.stringify(hashed)).digest("hex").slice(0, 16),
  };
}

function versions(): RunRecord["versions"] {
  const own = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const langgraph = createRequire(import.meta.url)("@langchain/langgraph/package.json") as unknown;
  return {
    "persona-agent": versionOf(JSON.parse(own)),
    node: process.versions.node,
    langgraph: versionOf(langgraph),
  };
}

const versionOf = (description: unknown) =>
  String((description as { readonly version?: unknown }).version);

/** @throws {PersonaAgentError} `config-invalid` that names the first setting in which two runs differ. */
export function expectSame(found: StoredRun, run: StoredRun, folder: string): void {
  const before = comparedSettings(found);
  const now = comparedSettings(run);
  const different = Object.keys(now).find((name) => before[name] !== now[name]);
  if (different === undefined) return;
  throw new PersonaAgentError(
    "config-invalid",
    `The run in ${folder} was started with other settings: its ${different} ${before[different]}, now ${now[different]}; expected the same. Use the same settings, or name another folder with --out.`,
  );
}

/** As the message names them, the plainest difference first. */
function comparedSettings(run: StoredRun): Readonly<Record<string, string | number>> {
  const { sets, arms } = run;
  const questions = sets.reduce((sum, set) => sum + set.questions, 0);
  const users = sets.reduce((sum, set) => sum + set.users, 0);
  return {
    model: run.model,
    "alignment model": run.alignmentModel,
    embeddings: run.embeddings,
    index: run.index,
    seed: run.seed,
    sets: sets.map(({ name }) => name).join(","),
    methods: arms.map(({ id }) => id).join(","),
    "settings of methods": JSON.stringify(arms.map(({ settings }) => settings)),
    questions: `${questions} of ${users} users (${run.questionsHash})`,
  };
}
