import { askedQuestion } from "../asked-question.js";
import type { Episode } from "../episode.js";
import { mean } from "../scoring/mean.js";
import { permutationProbability } from "../scoring/permutation-p-value.js";
import {
  personaHead,
  type PersonaCheckpoint,
  type Rollback,
} from "../persona/persona-checkpoint.js";
import { type Scorer, scorerFor } from "../scoring/scorer.js";

/** The evidence that is needed to roll a version back. */
export interface RegressionRule {
  /** Least number of scores of the head, and of its parent. */
  readonly minimumItems: number;
  /** Where the parent has fewer real scores, simulated ones fill up to this number. */
  readonly enoughParentItems: number;
  /** Least difference (0 to 1) by which the head's mean must be lower. */
  readonly margin: number;
  /** Highest one-sided p-value. Far below the usual .05, because every new answer repeats the test. */
  readonly level: number;
}

/** Chosen from an operating curve: `docs/decisions/0010-automatic-rollback.md`. */
export const defaultRegressionRule: RegressionRule = {
  minimumItems: 8,
  enoughParentItems: 48,
  margin: 0.1,
  level: 0.005,
};

/** One scored response. Scores of different kinds are not compared with each other. */
export interface ScoredItem {
  readonly kind: Scorer["kind"];
  /** 0 to 1, higher is better. */
  readonly score: number;
}

/** A head that is to be rolled back. */
export interface HeadComparison {
  readonly head: PersonaCheckpoint;
  readonly parent: PersonaCheckpoint;
  readonly rollback: Rollback;
  /** When the last evidence came: the same for every reader of the same evidence, at any time. */
  readonly at: string;
}

/**
 * Whether the head of a persona log does worse than its parent, by the user's feedback on the responses of both. Only a
 * head that an alignment or a person made is watched: a rollback is not rolled back. Makes no request.
 *
 * @param episodes - The user's latest, any order; only they are evidence.
 * @returns `null` while it does not do worse, or the evidence is too little.
 */
export function detectRegression(
  checkpoints: readonly PersonaCheckpoint[],
  episodes: readonly Episode[],
  rule: RegressionRule = defaultRegressionRule,
): HeadComparison | null {
  const head = personaHead(checkpoints);
  const parent = checkpoints.find(({ id }) => id === head.parentId);
  if (!isWatched(head) || parent === undefined) return null;
  const ofHead = episodes.filter(
    ({ personaVersion, at }) =>
      personaVersion === head.version && at !== null && Date.parse(at) >= Date.parse(head.at),
  );
  const ofParent = episodes.filter(({ personaVersion }) => personaVersion === parent.version);
  const scored = ofHead.filter((episode) => scoreResponse(episode) !== null);
  const real = scoresOf(ofParent);
  const simulated = simulatedScores(head, [...ofHead, ...ofParent], episodes).slice(
    0,
    Math.max(0, rule.enoughParentItems - real.length),
  );
  // Simulated scores cover all questions, but some users give feedback only when a response is wrong: beside simulated
  // scores, no feedback counts as consent.
  const silent = ofHead.filter(
    (episode) => !scored.includes(episode) && !isUnresolved(episode.feedback),
  );
  const consented = simulated.length === 0 ? [] : silent.flatMap(consent);
  const compared = compareVersions(
    { head: [...scoresOf(scored), ...consented], parent: [...real, ...simulated] },
    rule,
  );
  if (compared === null) return null;
  const at = scored.map((episode) => episode.feedback?.at ?? episode.at ?? head.at);
  return {
    head,
    parent,
    rollback: { of: head.version, to: parent.version, ...compared },
    at: [head.at, ...at].toSorted((a, b) => Date.parse(a) - Date.parse(b)).at(-1) ?? head.at,
  };
}

/** Whether a head may be rolled back. */
export function isWatched({ author }: PersonaCheckpoint): boolean {
  return author === "alignment" || author === "person";
}

/**
 * The rule itself, on scores of different questions.
 *
 * @returns `null` unless the head is worse.
 */
export function compareVersions(
  scores: { readonly head: readonly ScoredItem[]; readonly parent: readonly ScoredItem[] },
  { minimumItems, margin, level }: RegressionRule,
): Omit<Rollback, "of" | "to"> | null {
  const kinds = [...new Set(scores.head.map(({ kind }) => kind))]
    .map((wanted) => ({
      first: scores.head.filter(({ kind }) => kind === wanted).map(({ score }) => score),
      second: scores.parent.filter(({ kind }) => kind === wanted).map(({ score }) => score),
    }))
    .filter(({ second }) => second.length > 0);
  const headItems = kinds.reduce((sum, { first }) => sum + first.length, 0);
  const parentItems = kinds.reduce((sum, { second }) => sum + second.length, 0);
  if (headItems < minimumItems || parentItems < minimumItems) return null;
  const weighted = (group: "first" | "second") =>
    kinds.reduce((sum, kind) => sum + kind.first.length * (mean(kind[group]) ?? 0), 0) / headItems;
  const [headMean, parentMean] = [weighted("first"), weighted("second")];
  if (parentMean - headMean < margin) return null;
  const pValue = permutationProbability(kinds);
  return pValue > level ? null : { headMean, headItems, parentMean, parentItems, pValue };
}

/** @returns `null` without feedback. A response that was only rejected scores 0. */
export function scoreResponse(episode: Episode): ScoredItem | null {
  const { response, groundTruth: answer, feedback, replacedResponses } = episode;
  if (response === null) return null;
  if (answer !== null) {
    const { kind, score } = scorerFor(askedQuestion(episode), answer);
    return { kind, score: score(response) };
  }
  // For a turn that was run again it is not known which response was rejected.
  if (feedback?.kind !== "reject" || replacedResponses.length > 0) return null;
  return { kind: scorerFor(askedQuestion(episode), response).kind, score: 0 };
}

/** The user was not satisfied, but what they wanted is unknown. */
function isUnresolved(feedback: Episode["feedback"]): boolean {
  return feedback?.kind === "asked-again" || feedback?.kind === "dropped";
}

function scoresOf(episodes: readonly Episode[]): ScoredItem[] {
  return episodes.flatMap((episode) => scoreResponse(episode) ?? []);
}

function consent(episode: Episode): ScoredItem[] {
  const { response } = episode;
  if (response === null) return [];
  return [{ kind: scorerFor(askedQuestion(episode), response).kind, score: 1 }];
}

/** The parent's scores in the head's alignment, on episodes that are not counted yet; held-out ones first. */
function simulatedScores(
  { alignment }: PersonaCheckpoint,
  counted: readonly Episode[],
  episodes: readonly Episode[],
): ScoredItem[] {
  const { holdout = [], batch = [] } = alignment?.scores ?? {};
  const excluded = new Set(counted.map(({ id }) => id));
  return [...holdout, ...batch].flatMap(({ episodeId, parent }) => {
    const episode = episodes.find(({ id }) => id === episodeId);
    if (episode === undefined || episode.groundTruth === null || excluded.has(episodeId)) return [];
    return [{ kind: scorerFor(askedQuestion(episode), episode.groundTruth).kind, score: parent }];
  });
}
