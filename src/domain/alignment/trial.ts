import { activeVersions, type PersonaCheckpoint } from "../persona/persona-checkpoint.js";
import type { PairedScore, TrialRecord } from "./alignment-record.js";
import {
  type CandidateCounts,
  type EffectPrior,
  posteriorOf,
  startingPrior,
  summariseEffects,
} from "./effect-prior.js";
import { pooledCounts, countsOf } from "./expected-benefit.js";

/** A version is clear, so that it needs no trial or has ended it, once real harm is no likelier than this. */
const clearHarm = 0.01;
/** After so many later questions a version is confirmed or taken back, however thin the evidence still is. */
const longestTrial = 40;

/** A version in use of which it is not clear that it does any good. */
export interface VersionOnTrial {
  readonly head: PersonaCheckpoint;
  /** The version before it, which answers in its place if it is taken back. */
  readonly parent: PersonaCheckpoint;
  /** What was counted when it was accepted. */
  readonly counts: CandidateCounts;
  /** What runs have found since. */
  readonly scores: readonly PairedScore[];
}

/**
 * The head of a persona log, if it is on trial: an alignment accepted it by its expected benefit, real harm was
 * likelier than 1 %, and no later run has confirmed it. `null` for every other head.
 *
 * @param checkpoints - All of the user's, any order.
 */
export function versionOnTrial(checkpoints: readonly PersonaCheckpoint[]): VersionOnTrial | null {
  const [parent, head] = activeVersions(checkpoints).slice(-2);
  if (parent === undefined || head?.author !== "alignment") return null;
  const decision = head.alignment?.decision;
  if (!decision || !("harmProbability" in decision)) return null;
  if (decision.harmProbability <= clearHarm) return null;
  const trials = checkpoints.flatMap(({ alignment }) =>
    alignment?.trial?.id === head.id ? alignment.trial : [],
  );
  if (trials.some(({ outcome }) => outcome === "confirmed")) return null;
  // All checkpoints of a run have its trial.
  const scores = new Map(trials.flatMap((each) => each.scores.map((one) => [one.episodeId, one])));
  return { head, parent, counts: decision.counts, scores: [...scores.values()] };
}

/** Whether a question was part of the evidence already. */
export function isTried(
  { head, scores }: Pick<VersionOnTrial, "head" | "scores">,
  episodeId: string,
): boolean {
  const { batch = [], holdout = [] } = head.alignment?.scores ?? {};
  return [...batch, ...holdout, ...scores].some((each) => each.episodeId === episodeId);
}

/**
 * What later questions say of a version on trial, together with the evidence on which it was accepted. It is confirmed
 * once real harm is no likelier than 1 %, and taken back once it is expected to do more harm than good. After 40
 * later questions the sign of the expected gain decides.
 *
 * @param scores - Of questions that are new: how parent and version (`candidate`) answered each; at least one.
 * @param prior - What candidates of this deployment are usually worth.
 */
export function tryVersion(
  { head, counts, scores: earlier }: Omit<VersionOnTrial, "parent">,
  scores: readonly PairedScore[],
  prior: EffectPrior = startingPrior,
): TrialRecord {
  const later = [...earlier, ...scores];
  const found = countsOf(
    later.map(({ episodeId, parent, candidate }) => ({
      item: episodeId,
      parent: [parent],
      candidate: candidate === null ? [] : [candidate],
    })),
  );
  const all = pooledCounts(counts, found);
  const { expectedGain, gainInterval, harmProbability } = summariseEffects(posteriorOf(all, prior));
  const isOver = later.length >= longestTrial;
  const outcome =
    expectedGain > 0 && (isOver || harmProbability <= clearHarm)
      ? "confirmed"
      : expectedGain < 0 || isOver
        ? "taken-back"
        : "on-trial";
  return {
    id: head.id,
    of: head.version,
    outcome,
    scores: [...scores],
    expectedGain,
    gainInterval,
    harmProbability,
  };
}

/** What became of each version that was on trial, or still is, by the id of its checkpoint. */
export function trialOutcomes(
  checkpoints: readonly PersonaCheckpoint[],
): ReadonlyMap<string, TrialRecord["outcome"]> {
  const present = versionOnTrial(checkpoints);
  return new Map([
    ...(present === null ? [] : [[present.head.id, "on-trial"] as const]),
    ...checkpoints.flatMap(({ alignment }) =>
      alignment?.trial === undefined || alignment.trial.outcome === "on-trial"
        ? []
        : [[alignment.trial.id, alignment.trial.outcome] as const],
    ),
  ]);
}
