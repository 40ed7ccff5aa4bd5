import { diffPersona, type PersonaDiff } from "../../domain/persona/persona-diff.js";
import { mean } from "../../domain/scoring/mean.js";
import { scorerFor } from "../../domain/scoring/scorer.js";
import type { AlignSettings } from "../../app/alignment-runs/aligner.js";
import type { PersonaAgent } from "../../app/persona-agent.js";
import type { AlignProgress } from "../align/align-progress.js";
import { type DemoUser, demoEpisodes } from "./demo-user.js";

/** A later choice, answered under the persona before and after. */
export interface LaterChoice {
  readonly query: string;
  /** What the user chose. */
  readonly chosen: string;
  readonly before: LaterAnswer;
  readonly after: LaterAnswer;
}

interface LaterAnswer {
  readonly text: string;
  /** 0 to 1, 1 is right. */
  readonly score: number;
}

type Learner = Pick<PersonaAgent, "align" | "ask" | "memory">;

/**
 * The profile stays as it is, so that only the persona changes between the two rounds of answers. A larger batch than
 * usual: the offline model counts, which takes more examples than reading does.
 */
export const learnSettings: AlignSettings = { refreshProfile: false, batch: 16 };

export type LearnedByUser = Awaited<ReturnType<typeof learn>>;

/**
 * Aligns a user's persona, and asks their later choices before and after.
 *
 * @param aligning - Starts to show the progress of an alignment.
 * @throws {PersonaAgentError} As asking and aligning do. The signal's reason when it was aborted.
 */
export async function learn(
  agent: Learner,
  user: DemoUser,
  { signal, aligning }: { readonly signal: AbortSignal; readonly aligning: () => AlignProgress },
) {
  const parent = await agent.memory.personas.head(user.id);
  const before = await answersLater(agent, user, signal);
  const progress = aligning();
  const { iterations, head } = await agent
    .align(user.id, { settings: learnSettings, signal, onEvent: progress.onEvent })
    .finally(progress.stop);
  const after = await answersLater(agent, user, signal);
  const decisive = iterations.findLast(({ accepted }) => accepted) ?? iterations[0];
  if (decisive === undefined) throw new Error("An alignment has at least one iteration.");
  const episodes = demoEpisodes(user.id, user.history);
  const later = user.later.flatMap(({ query, answer }, place): LaterChoice[] => {
    const [was, is] = [before[place], after[place]];
    if (answer === null || was === undefined || is === undefined) return [];
    const scored = (text: string) => ({ text, score: scorerFor(query, answer).score(text) });
    return [{ query, chosen: answer, before: scored(was), after: scored(is) }];
  });
  return {
    user: user.id,
    iterations,
    /** The last one whose persona was taken, else the first. */
    decisive,
    /** Of the persona that answers from now on. */
    version: head.version,
    /** From the earlier persona to it. */
    diff: diffPersona(parent.lines, head.lines),
    /** The user's past interactions, by id. */
    evidence: new Map(episodes.map((episode) => [episode.id, episode])),
    later,
    heldOut: heldOutScores(later),
  };
}

/** Mean scores of the later choices, 0 to 1, and their number. */
function heldOutScores(later: readonly LaterChoice[]) {
  return {
    before: mean(later.map(({ before }) => before.score)) ?? 0,
    after: mean(later.map(({ after }) => after.score)) ?? 0,
    items: later.length,
  };
}

/** Answers in order, each over the same memory: no thread, and the episode is deleted afterwards. */
async function answersLater(
  { ask, memory }: Learner,
  { id, later }: DemoUser,
  signal: AbortSignal,
): Promise<string[]> {
  const answers: string[] = [];
  for (const { query } of later) {
    const { answer, episodeId } = await ask(id, query, { signal });
    if (episodeId !== null) await memory.episodes.delete(id, episodeId);
    answers.push(answer);
  }
  return answers;
}

/** The `alignment` of `npm run demo -- --json`: all users together. This shape is a contract. */
export function together(learned: readonly LearnedByUser[]) {
  return {
    /** Updates in all. */
    iterations: learned.reduce((sum, { iterations }) => sum + iterations.length, 0),
    /** Mean scores of the batches in the decisive iterations, 0 to 1; `null` where one was not asked. */
    parentScore: meanOfAll(learned.map(({ decisive }) => decisive.parentScore)),
    candidateScore: meanOfAll(learned.map(({ decisive }) => decisive.candidateScore)),
    /** Whether every user has a new persona. */
    accepted: learned.every(({ decisive }) => decisive.accepted),
    /** The lowest version that answers now. */
    version: Math.min(...learned.map(({ version }) => version)),
    heldOut: heldOutScores(learned.flatMap(({ later }) => later)),
    users: learned.map(({ user, iterations, decisive, version, diff, heldOut }) => ({
      user,
      iterations: iterations.length,
      parentScore: decisive.parentScore,
      candidateScore: decisive.candidateScore,
      holdoutParent: decisive.holdoutParent,
      holdoutCandidate: decisive.holdoutCandidate,
      accepted: decisive.accepted,
      reason: decisive.reason,
      version,
      lines: newLines(diff).map(({ text, evidence }) => ({ text, evidence })),
      heldOut,
    })),
  };
}

/** The lines that the earlier persona did not have. */
export function newLines({ added, changed }: PersonaDiff) {
  return [...changed.map(({ after }) => after), ...added];
}

function meanOfAll(scores: readonly (number | null)[]): number | null {
  const known = scores.flatMap((score) => score ?? []);
  return known.length < scores.length ? null : mean(known);
}
