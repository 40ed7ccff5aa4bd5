import { Send } from "@langchain/langgraph";
import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import { answerOf } from "../../domain/alignment/simulated-answer.js";
import type {
  AlignmentState,
  CritiqueTask,
  PersonaUnderTest,
  SimulationTask,
} from "../../state/alignment-state.js";
import { underTest } from "./state-selectors.js";

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

/** One run of the node for each task. */
export function sendAll<Node extends "simulate" | "validate" | "textual-loss">(
  node: Node,
  tasks: readonly (SimulationTask | CritiqueTask)[],
): Send<Node>[] {
  return tasks.map((task) => new Send(node, task));
}
