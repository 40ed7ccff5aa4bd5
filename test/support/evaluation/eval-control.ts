import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Arm } from "../../../src/eval/method.js";
import type { Prediction } from "../../../src/eval/prediction.js";
import {
  type IntervalEstimate,
  type PairedAnswer,
  pairedGain,
} from "../../../src/eval/metrics/bootstrap.js";
import { openEvalSet } from "../../../src/eval/sets/open-eval-set.js";
import { generateSet, type GeneratorOptions } from "../../../src/eval/sets/generator.js";
import { metricsFor } from "../../../src/eval/metrics/metrics.js";
import { writeGeneratedSet } from "../../../src/eval/sets/write-set.js";
import { loadChatModel } from "../../../src/model/load-chat-model.js";
import { evaluationOptions, recordedBy } from "./evaluation.js";

/** What the arms made of one generated set. */
export interface ControlResult {
  readonly accuracyOf: (arm: string) => number;
  /** By how much the first arm's accuracy is above the second's; -1 to 1. */
  readonly gain: (arm: string, over: string) => IntervalEstimate;
  readonly prepared: readonly { readonly arm: string; readonly after: readonly string[] }[];
}

/**
 * Runs an evaluation of generated users as the command does, from the set's files to the predictions, on the model at
 * this address.
 *
 * @throws When any question or preparation ended in an error.
 */
export async function runControl(
  generator: GeneratorOptions,
  arms: readonly Arm[],
  openaiBaseUrl: string,
): Promise<ControlResult> {
  const folder = await mkdtemp(join(tmpdir(), "persona-agent-control-"));
  try {
    await writeGeneratedSet(generateSet(generator), join(folder, "set"));
    const set = await openEvalSet(join(folder, "set"));
    const model = loadChatModel("openai:control", { openaiBaseUrl, backoffMs: 0 });
    const options = evaluationOptions(
      { folder: join(folder, "run"), sets: [{ set, users: set.users }], arms, model },
      { concurrency: 8 },
    );
    const deps = { ...options.deps, wikipedia: null };
    const { predictions, prepared } = await recordedBy({ ...options, deps });
    const fault = [...predictions, ...prepared].find(({ error }) => error !== null);
    if (fault !== undefined) throw new Error(`${fault.arm}, ${fault.case}: ${fault.error}`);
    const [accuracy] = metricsFor(set.task, set.labels);
    return {
      accuracyOf: (arm) =>
        accuracy.ofSums(
          accuracy.sums(
            of(arm).map(({ gold, prediction }) => ({ gold, prediction: prediction ?? "" })),
          ),
        ),
      gain: (arm, over) => pairedGain(pairs(of(over), of(arm)), accuracy, { seed: generator.seed }),
      prepared: prepared.flatMap(({ arm, preparation }) =>
        preparation?.persona ? [{ arm, after: preparation.persona.after }] : [],
      ),
    };

    function of(arm: string) {
      const own = predictions.filter((each) => each.arm === arm);
      if (own.length === 0) throw new Error(`There is no arm ${arm}.`);
      return own;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function pairs(base: readonly Prediction[], other: readonly Prediction[]): PairedAnswer[] {
  const others = new Map(other.map(({ question, prediction }) => [question, prediction]));
  return base
    .map(({ user, gold, question, prediction }) => ({
      user,
      gold,
      question,
      base: prediction ?? "",
      other: others.get(question) ?? "",
    }))
    .toSorted((a, b) => (a.question < b.question ? -1 : 1));
}
