import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AlignConfig } from "../../config/alignment-settings.js";
import type { AlignmentItem } from "../../domain/alignment/alignment-item.js";
import { newTo } from "../../domain/alignment/promising.js";
import type {
  AlignmentState,
  PersonaCandidate,
  SimulationTask,
} from "../../state/alignment-state.js";
import { callsOfJudging, callsPerAnswer } from "./alignment-budget.js";
import { simulationTasks, unansweredTasks } from "./simulation-tasks.js";
import { answeredItems, parentOf, scoredItems, triedAgainBy } from "./state-selectors.js";

/** How many held-out items are asked before it is decided whether to ask more. */
export const groupSize = 8;

/** Held-out items to ask next, and how many are asked then, from the first on. */
export interface HeldOutGroup {
  readonly group: readonly AlignmentItem[];
  readonly asked: number;
}

/**
 * The next held-out items that tell something of these candidates and that the calls pay for; none if that would be too
 * few to judge by. What the parent could not answer stands last, and waits for the next iteration.
 */
export function nextGroup(
  state: AlignmentState,
  config: AlignConfig,
  runtime: LangGraphRunnableConfig,
  { racing, calls }: { readonly racing: readonly PersonaCandidate[]; readonly calls: number },
): HeldOutGroup {
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
  const rest = holdout.slice(asked);
  const wanted = racing.map((each) => new Set(newTo(triedAgainBy(each, state), rest)));
  const wantedBy = (item: AlignmentItem) => wanted.filter((items) => items.has(item)).length;
  let left = calls;
  const next = rest.filter((item) => wantedBy(item) > 0).slice(0, size);
  const group = next.filter(isAskable).filter((item) => {
    const answered = wantedBy(item) + (known.has(item.episodeId) ? 0 : 1);
    left -= answered * perAnswer + wantedBy(item) * callsOfJudging([item], config);
    return left >= 0;
  });
  const last = group.at(-1);
  const askedThen = last === undefined ? asked : holdout.indexOf(last) + 1;
  // One that is tried again has its earlier items beside these.
  const isEnough =
    askedThen >= minimumItems || racing.every((each) => triedAgainBy(each, state) !== null);
  return isEnough ? { group, asked: askedThen } : { group: [], asked };
}

/**
 * The answers to held-out items that are to be asked for: the candidates', and the parent's to the same. One that is tried
 * again is asked what is new to it.
 */
export function heldOutTasks(
  items: readonly AlignmentItem[],
  candidates: readonly PersonaCandidate[],
  state: AlignmentState,
  { samplesPerItem }: AlignConfig,
  runtime: LangGraphRunnableConfig,
): SimulationTask[] {
  const wanted = candidates.map((each) => newTo(triedAgainBy(each, state), items));
  const ofParent = items.filter((item) => wanted.some((some) => some.includes(item)));
  return unansweredTasks(
    [
      ...candidates.flatMap((each, place) =>
        simulationTasks(wanted[place] ?? [], state, each, "candidate", samplesPerItem),
      ),
      ...simulationTasks(ofParent, state, parentOf(state), "parent", samplesPerItem),
    ],
    state,
    runtime,
  );
}

/** Answers to items asked before that failed in an earlier call of the run. */
export function missingAnswers(
  candidates: readonly PersonaCandidate[],
  state: AlignmentState,
  config: AlignConfig,
  runtime: LangGraphRunnableConfig,
): SimulationTask[] {
  const { batch, holdout, asked } = state;
  const answered = answeredItems(state, batch);
  const ofBatch = candidates.flatMap((each) =>
    simulationTasks(answered, state, each, "candidate", config.samplesPerItem),
  );
  return [
    ...unansweredTasks(ofBatch, state, runtime),
    ...heldOutTasks(holdout.slice(0, asked), candidates, state, config, runtime),
  ];
}
