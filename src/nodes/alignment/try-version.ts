import type { AlignConfig } from "../../config/alignment-settings.js";
import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import type {
  AlignmentRecord,
  PairedScore,
  TrialRecord,
} from "../../domain/alignment/alignment-record.js";
import { isOpen } from "../../domain/alignment/judgement.js";
import { itemScores } from "../../domain/alignment/simulated-answer.js";
import { isTried, tryVersion, versionOnTrial } from "../../domain/alignment/trial.js";
import type { Episode } from "../../domain/episode.js";
import type { PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import { mean } from "../../domain/scoring/mean.js";
import { pointsOf } from "../../domain/scoring/points-of.js";
import { subtractUsage, noUsage } from "../../domain/usage.js";
import type { AlignmentState, Proposal } from "../../state/alignment-state.js";
import { callsPerAnswer } from "./alignment-budget.js";
import { recordOf } from "./candidate-record.js";
import { parentOf, underTest } from "./state-selectors.js";

/** Most questions that a version is tried on in one run. */
const mostTried = 20;

/**
 * What the head is tried on, if it is on trial: the latest questions that were asked or answered after it was taken, as
 * far as the calls go that the run can spare. Open ones are left out, because only a judge could compare their answers.
 */
export function trialOf(
  checkpoints: readonly PersonaCheckpoint[],
  {
    history,
    first,
  }: {
    readonly history: readonly Episode[];
    readonly first: readonly AlignmentItem[];
  },
  config: AlignConfig,
  spare: number,
) {
  const version = config.mode === "paper" ? null : versionOnTrial(checkpoints);
  if (version === null) return null;
  const affordable = Math.floor(spare / (config.samplesPerItem * callsPerAnswer([], config)));
  const since = Date.parse(version.head.at);
  const isLater = (at: string | null | undefined) => Date.parse(at ?? "") > since;
  const later = new Set(
    history.filter(({ at, feedback }) => isLater(at) || isLater(feedback?.at)).map(({ id }) => id),
  );
  const items = first
    .filter(({ episodeId }) => later.has(episodeId))
    .filter((item) => !isTried(version, item.episodeId) && !(config.judge && isOpen(item)))
    .slice(0, Math.max(0, Math.min(mostTried, affordable)));
  if (items.length === 0) return null;
  const parent = underTest(version.parent, version.parent.id);
  return { items, onTrial: { parent, episodeIds: items.map(({ episodeId }) => episodeId) } };
}

/**
 * What the answers of the version that the run began with, and of the one before it, say of the trial; `null` where there
 * is none, or nothing that both answered.
 */
export function trialFound(
  state: AlignmentState,
  checkpoints: readonly PersonaCheckpoint[],
): TrialRecord | null {
  const { onTrial, answers, prior } = state;
  const version = onTrial === null ? null : versionOnTrial(checkpoints);
  if (onTrial === null || version?.head.id !== state.parentId) return null;
  const { key } = parentOf(state);
  const scores = onTrial.episodeIds.flatMap((episodeId): PairedScore[] => {
    const before = mean(itemScores(answers, onTrial.parent.key, episodeId));
    const now = mean(itemScores(answers, key, episodeId));
    return before === null || now === null ? [] : [{ episodeId, parent: before, candidate: now }];
  });
  return scores.length === 0 ? null : tryVersion(version, scores, prior);
}

/** The checkpoint that takes a version back, and restores the one before it. */
export function takenBack(
  state: AlignmentState,
  trial: TrialRecord,
  config: AlignConfig,
  { at, models }: { readonly at: string; readonly models: AlignmentRecord["models"] },
): Proposal {
  const { lines, paperSystemPrompt, version } = state.onTrial?.parent ?? parentOf(state);
  const usage = subtractUsage(state.usage, state.iterationStart?.usage ?? noUsage);
  const record = { candidate: null, critiques: [], decision: null, at, models, usage };
  return {
    at,
    author: "rollback",
    status: "active",
    lines,
    paperSystemPrompt,
    reason: `Back to version ${version}: on ${trial.scores.length} later questions, version ${trial.of} was found to do more harm than good (expected gain ${pointsOf(trial.expectedGain)} points, on trial until now).`,
    alignment: recordOf({ ...state, trial }, config, record),
  };
}
