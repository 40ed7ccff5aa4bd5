import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignConfig } from "../../config/alignment-settings.js";
import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import type {
  AlignmentState,
  PersonaCandidate,
  SimulationTask,
} from "../../state/alignment-state.js";
import { callsOfJudging, callsPerAnswer } from "./alignment-budget.js";
import { simulationTasks, unansweredTasks } from "./simulation-tasks.js";
import { answeredItems, parentOf, scoredItems } from "./state-selectors.js";

/** How many held-out items are asked before it is decided whether to ask more. */
export const groupSize = 8;

/**
 * The next held-out items that the calls pay for, for so many candidates; none if that would be too few to judge by. What
 * the parent could not answer stands last, and waits for the next iteration.
 */
export function nextGroup(
  state: AlignmentState,
  config: AlignConfig,
  runtime: LangGraphRunnableConfig,
  { candidates, calls }: { readonly candidates: number; readonly calls: number },
): AlignmentItem[] {
  const { holdout, asked, answers } = state;
  const { samplesPerItem, minimumItems } = config;
  const isAtOnce = config.acceptance === "strict";
  const size = isAtOnce ? holdout.length : Math.max(groupSize, minimumItems - asked);
  const known = new Set(scoredItems(state, holdout, null).map(({ item }) => item));
  const perAnswer = samplesPerItem * callsPerAnswer(answers, config);
  const isAskable = (item: AlignmentItem) => {
    const tasks = simulationTasks([item], state, parentOf(state), "parent", samplesPerItem);
    return known.has(item.episodeId) || unansweredTasks(tasks, state, runtime).length > 0;
  };
  let left = calls;
  const next = holdout.slice(asked, asked + size).filter(isAskable);
  const group = next.filter((item) => {
    const answered = candidates + (known.has(item.episodeId) ? 0 : 1);
    left -= answered * perAnswer + candidates * callsOfJudging([item], config);
    return left >= 0;
  });
  return asked + group.length < minimumItems ? [] : group;
}

/** The answers to the group that are missing, of these candidates and of the parent. */
export function groupTasks(
  group: readonly AlignmentItem[],
  keys: readonly string[],
  state: AlignmentState,
  { samplesPerItem }: AlignConfig,
): SimulationTask[] {
  if (keys.length === 0) return [];
  const known = new Set(scoredItems(state, group, null).map(({ item }) => item));
  const unknown = group.filter(({ episodeId }) => !known.has(episodeId));
  return [
    ...state.candidates
      .filter(({ key }) => keys.includes(key))
      .flatMap((each) => simulationTasks(group, state, each, "candidate", samplesPerItem)),
    ...simulationTasks(unknown, state, parentOf(state), "parent", samplesPerItem),
  ];
}

/** Answers to items asked before that failed in an earlier call of the run. */
export function missingAnswers(
  candidates: readonly PersonaCandidate[],
  state: AlignmentState,
  { samplesPerItem }: AlignConfig,
  runtime: LangGraphRunnableConfig,
): SimulationTask[] {
  const { holdout, asked } = state;
  const held = holdout.slice(0, asked);
  const items = [...answeredItems(state, state.batch), ...held];
  const tasks = candidates.flatMap((each) =>
    simulationTasks(items, state, each, "candidate", samplesPerItem),
  );
  if (candidates.length > 0)
    tasks.push(...simulationTasks(held, state, parentOf(state), "parent", samplesPerItem));
  return unansweredTasks(tasks, state, runtime);
}
