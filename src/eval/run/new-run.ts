import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { noUsage } from "../../domain/usage.js";
import type { Arm } from "../method.js";
import type { EvalSet, EvalUser } from "../sets/eval-set.js";
import type { RunRecord } from "./run-record.js";
import type { StoredRun } from "./stored-run.js";

/** A set, and who of it is asked what. */
export interface SelectedSet {
  readonly set: EvalSet;
  /** As `selectUsers` gives them. */
  readonly users: readonly EvalUser[];
}

/** The record that a run begins with. */
export function newRun(
  names: Pick<RunRecord, "seed" | "model" | "alignmentModel" | "embeddings" | "index">,
  sets: readonly SelectedSet[],
  arms: readonly Arm[],
  now: Date,
): StoredRun {
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
      settings: Object.fromEntries(
        Object.entries(settings).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, value]],
        ),
      ),
      study,
    })),
    versions: versions(),
    spent: noUsage,
    timing: { startSeconds: 0, preparationSeconds: 0, questionSeconds: 0 },
    questionsHash: hashOf(sets),
  };
}

export function questionsOf(users: readonly EvalUser[]): number {
  return users.reduce((sum, { questionIds }) => sum + questionIds.length, 0);
}

/** Of who is asked what, and on how long a history. */
function hashOf(sets: readonly SelectedSet[]): string {
  const asked = sets.map(({ set, users }) => [set.name, set.task, set.labels, users]);
  return createHash("sha256").update(JSON.stringify(asked)).digest("hex").slice(0, 16);
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
