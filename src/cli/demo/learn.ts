import { diffPersona, type PersonaDiff } from "../../domain/persona/persona-diff.js";
import { mean } from "../../domain/scoring/mean.js";
import type { Episode } from "../../domain/episode.js";
import { scorerFor } from "../../domain/scoring/scorer.js";
import type { AlignSettings } from "../../app/alignment-runs/aligner.js";
import type { PersonaAgent } from "../../app/persona-agent.js";
import type { Iteration } from "../../state/alignment-state.js";
import type { AlignProgress } from "../align/align-progress.js";
import { linesJson } from "../persona/persona-changes.js";
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

/** Mean scores, 0 to 1, of the later choices, and how many these are. */
export interface HeldOut {
  readonly before: number;
  readonly after: number;
  readonly items: number;
}

export interface LearnedByUser {
  readonly user: string;
  /** What each update came to. */
  readonly iterations: readonly Iteration[];
  /** The last one whose persona was taken, else the first. */
  readonly decisive: Iteration;
  /** Of the persona that answers from now on. */
  readonly version: number;
  /** From the persona before to it. */
  readonly diff: PersonaDiff;
  /** The interactions that the new lines rest on, by id. */
  readonly evidence: ReadonlyMap<string, Episode>;
  readonly later: readonly LaterChoice[];
  readonly heldOut: HeldOut;
}

type Learner = Pick<PersonaAgent, "align" | "ask" | "memory">;

/** The profile stays as it is, so that between both rounds of answers nothing changes but the persona. */
export const learnSettings: AlignSettings = { refreshProfile: false };

/**
 * Aligns a user's persona, and asks their later choices before and after.
 *
 * @param aligning - Begins to show an alignment.
 * @throws {PersonaAgentError} As asking and aligning do. The signal's reason when it was aborted.
 */
export async function learn(
  agent: Learner,
  user: DemoUser,
  { signal, aligning }: { readonly signal: AbortSignal; readonly aligning: () => AlignProgress },
): Promise<LearnedByUser> {
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
    decisive,
    version: head.version,
    diff: diffPersona(parent.lines, head.lines),
    evidence: new Map(episodes.map((episode) => [episode.id, episode])),
    later,
    heldOut: {
      before: mean(later.map((choice) => choice.before.score)) ?? 0,
      after: mean(later.map((choice) => choice.after.score)) ?? 0,
      items: later.length,
    },
  };
}

/**
 * The agent's answers, in order. Each turn belongs to no thread, and its episode is deleted before the next question:
 * every one meets the same memory, and what was asked and answered before the alignment is not known after it.
 */
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
export interface LearnedTogether extends Scores {
  /** Updates in all. */
  readonly iterations: number;
  /** Whether every user has a new persona. */
  readonly accepted: boolean;
  /** The lowest version that answers now. */
  readonly version: number;
  readonly heldOut: HeldOut;
  readonly users: readonly (Scores &
    Pick<Iteration, "holdoutParent" | "holdoutCandidate" | "reason" | "accepted"> &
    Pick<LearnedByUser, "user" | "version" | "heldOut"> & {
      readonly iterations: number;
      readonly lines: readonly { readonly text: string; readonly evidence: readonly string[] }[];
    })[];
}

/** Mean scores of the batch, 0 to 1, in the decisive iteration; `null` where nothing was asked. */
type Scores = Pick<Iteration, "parentScore" | "candidateScore">;

export function together(learned: readonly LearnedByUser[]): LearnedTogether {
  const items = learned.flatMap(({ later }) => later);
  return {
    iterations: learned.reduce((sum, { iterations }) => sum + iterations.length, 0),
    parentScore: meanOfAll(learned.map(({ decisive }) => decisive.parentScore)),
    candidateScore: meanOfAll(learned.map(({ decisive }) => decisive.candidateScore)),
    accepted: learned.every(({ decisive }) => decisive.accepted),
    version: Math.min(...learned.map(({ version }) => version)),
    heldOut: {
      before: mean(items.map(({ before }) => before.score)) ?? 0,
      after: mean(items.map(({ after }) => after.score)) ?? 0,
      items: items.length,
    },
    users: learned.map(({ user, iterations, decisive, version, diff, heldOut }) => {
      const { parentScore, candidateScore, holdoutParent, holdoutCandidate } = decisive;
      const { accepted, reason } = decisive;
      const lines = linesJson(newLines(diff));
      const scores = { parentScore, candidateScore, holdoutParent, holdoutCandidate };
      return {
        user,
        iterations: iterations.length,
        ...scores,
        accepted,
        reason,
        version,
        lines,
        heldOut,
      };
    }),
  };
}

/** The lines that the persona has now and had not before. */
export function newLines({ added, changed }: PersonaDiff) {
  return [...changed.map(({ after }) => after), ...added];
}

function meanOfAll(scores: readonly (number | null)[]): number | null {
  const known = scores.flatMap((score) => score ?? []);
  return known.length < scores.length ? null : mean(known);
}
