import { type LangGraphRunnableConfig, Send } from "@langchain/langgraph";
import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import { isOpen, needJudge } from "../../domain/alignment/judgement.js";
import { answerOf } from "../../domain/alignment/simulated-answer.js";
import type {
  AlignmentState,
  CritiqueTask,
  EmptyTask,
  JudgeTask,
  PersonaUnderTest,
  SimulationTask,
} from "../../state/alignment-state.js";
import { isToBeAsked } from "./failed-items.js";
import { parentOf, underTest } from "./state-selectors.js";

/** A task for every item and repeat, all under one persona. */
export function simulationTasks(
  items: readonly AlignmentItem[],
  { runId, profile, locale }: Pick<AlignmentState, "runId" | "profile" | "locale">,
  tested: PersonaUnderTest,
  role: SimulationTask["role"],
  repeats: number,
): SimulationTask[] {
  // Without the rest of a candidate, which no task needs.
  const persona = underTest(tested, tested.key);
  return items.flatMap((item) =>
    Array.from({ length: repeats }, (_, repeat) => ({
      runId,
      persona,
      role,
      profile,
      locale,
      item,
      repeat,
    })),
  );
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
export function judgeTasks(state: AlignmentState, runtime: LangGraphRunnableConfig): JudgeTask[] {
  const { answers, batch, holdout } = state;
  const parent = parentOf(state).key;
  const candidate = state.candidate?.key;
  if (candidate === undefined) return [];
  return [...batch, ...holdout].filter(isOpen).flatMap((item) => {
    const { episodeId } = item;
    const before = answerOf(answers, { persona: parent, episodeId });
    const after = answerOf(answers, { persona: candidate, episodeId });
    if (before === undefined || after === undefined || !needJudge(before, after)) return [];
    const subject = { step: "judgement", persona: candidate, episodeId, repeat: 0 } as const;
    if (!isToBeAsked(subject, state, runtime)) return [];
    return [{ item, candidate, answers: { parent: before.text, candidate: after.text } }];
  });
}

/** One run of the node for each task. */
export function sendAll<Node extends "simulate" | "validate" | "textual-loss" | "judge">(
  node: Node,
  tasks: readonly (SimulationTask | CritiqueTask | EmptyTask | JudgeTask)[],
): Send<Node>[] {
  return tasks.map((task) => new Send(node, task));
}
