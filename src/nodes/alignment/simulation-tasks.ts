import { type LangGraphRunnableConfig, Send } from "@langchain/langgraph";
import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import { isOpen, needJudge } from "../../domain/alignment/judgement.js";
import type { SimulationProfile } from "../../domain/alignment/simulation-profile.js";
import { taughtLines } from "../../domain/alignment/taught-lines.js";
import { answerOf } from "../../domain/alignment/simulated-answer.js";
import type {
  AlignmentState,
  CritiqueTask,
  JudgeTask,
  PersonaCandidate,
  PersonaUnderTest,
  SimulationTask,
} from "../../state/alignment-state.js";
import { isToBeAsked } from "./failed-items.js";
import { parentOf, underTest } from "./state-selectors.js";

/** A task for every item and repeat, all under one persona. */
export function simulationTasks(
  items: readonly AlignmentItem[],
  state: Pick<
    AlignmentState,
    "runId" | "profile" | "simulationProfiles" | "locale" | "learnedBefore" | "batch"
  >,
  tested: PersonaUnderTest,
  role: SimulationTask["role"],
  repeats: number,
): SimulationTask[] {
  const { runId, locale, learnedBefore, batch } = state;
  // Without the rest of a candidate, which no task needs.
  const persona = underTest(tested, tested.key);
  const inBatch = new Set(batch.map(({ episodeId }) => episodeId));
  return items.flatMap((item) => {
    const isInBatch = inBatch.has(item.episodeId);
    const taught = taughtLines(item, { lines: persona.lines, learnedBefore, isInBatch });
    // Parent and candidates answer an item under the same one.
    const own = profileOf(item.episodeId, state);
    const profile = state.simulationProfiles.length === 0 ? state.profile : (own?.profile ?? null);
    return Array.from({ length: repeats }, (_, repeat) => ({
      runId,
      persona,
      role,
      taught,
      profile,
      locale,
      item,
      repeat,
    }));
  });
}

/** The profile that was found or drawn for an item's simulation, if any was. */
export function profileOf(
  episodeId: string,
  { simulationProfiles }: Pick<AlignmentState, "simulationProfiles">,
): SimulationProfile | undefined {
  return simulationProfiles.find(({ episodeIds }) => episodeIds.includes(episodeId));
}

/** The tasks whose answers are missing, but for those that failed in this call of the run and this iteration. */
export function unansweredTasks(
  tasks: readonly SimulationTask[],
  state: AlignmentState,
  runtime: LangGraphRunnableConfig,
): SimulationTask[] {
  return tasks.filter(({ persona, item: { episodeId }, repeat }) =>
    isToBeAsked({ step: "answer", persona: persona.key, episodeId, repeat }, state, runtime),
  );
}

/** The same for the critiques of answers. */
export function uncriticisedTasks(
  tasks: readonly SimulationTask[],
  state: AlignmentState,
  runtime: LangGraphRunnableConfig,
): CritiqueTask[] {
  return critiqueTasks(tasks, state.answers).filter(
    ({ persona, item: { episodeId }, repeat }) =>
      repeat === 0 &&
      isToBeAsked({ step: "critique", persona: persona.key, episodeId, repeat }, state, runtime),
  );
}

/** The tasks that were answered, with their answers. */
export function critiqueTasks(
  tasks: readonly SimulationTask[],
  answers: AlignmentState["answers"],
): CritiqueTask[] {
  return tasks.flatMap((task) => {
    const { persona, item, repeat } = task;
    const asked = { persona: persona.key, episodeId: item.episodeId, repeat };
    const answer = answerOf(answers, asked);
    return answer === undefined ? [] : [{ ...task, answer }];
  });
}

/**
 * The comparisons of parent and candidate that only a judge can make, and that are to be asked for; the first answers
 * are compared.
 */
export function judgeTasks(
  state: AlignmentState,
  candidate: Pick<PersonaCandidate, "key">,
  runtime: LangGraphRunnableConfig,
): JudgeTask[] {
  const { answers, batch, holdout } = state;
  const parent = parentOf(state).key;
  return [...batch, ...holdout].filter(isOpen).flatMap((item) => {
    const { episodeId } = item;
    const before = answerOf(answers, { persona: parent, episodeId });
    const after = answerOf(answers, { persona: candidate.key, episodeId });
    if (before === undefined || after === undefined || !needJudge(before, after)) return [];
    const persona = candidate.key;
    const subject = { step: "judgement", persona, episodeId, repeat: 0 } as const;
    if (!isToBeAsked(subject, state, runtime)) return [];
    const texts = { parent: before.text, candidate: after.text };
    return [{ item, candidate: persona, answers: texts }];
  });
}

/** One run of the node for each task. */
export function sendAll<Node extends "simulate" | "validate" | "textual-loss" | "judge">(
  node: Node,
  tasks: readonly (SimulationTask | CritiqueTask | JudgeTask)[],
): Send<Node>[] {
  return tasks.map((task) => new Send(node, task));
}
