import type { Send } from "@langchain/langgraph";
import type { AlignConfig } from "../../config/alignment-settings.js";
import type { PersonaCheckpoint } from "../../domain/persona/persona-checkpoint.js";
import { mean } from "../../domain/scoring/mean.js";
import type { AlignmentState, AlignmentUpdate } from "../../state/alignment-state.js";
import { callsPerAnswer } from "./alignment-budget.js";
import { critiqueTasks, sendAll, simulationTasks } from "./simulation-tasks.js";
import { candidateOf, comparedItems, underTest } from "./state-selectors.js";

export interface NextIteration {
  readonly goto: "textual-gradient" | Send[];
  readonly update: AlignmentUpdate;
  /** Model calls until there is a next candidate: missing answers, critiques, and one update. */
  readonly calls: number;
}

/** Most answers of a rejected candidate that are criticised for the next update. */
const maxLostAnswers = 4;

/** The accepted candidate is the new parent: its answers are criticised; `textual-gradient` asks for missing ones. */
export function nextFromAccepted(
  state: AlignmentState,
  accepted: PersonaCheckpoint,
  config: AlignConfig,
): NextIteration {
  const { batch, answers } = state;
  const candidate = candidateOf(state);
  // After an edit in review, nothing was answered under these lines yet.
  const isAnswered = candidate !== null && accepted.author === "alignment";
  const parent = underTest(accepted, isAnswered ? candidate.key : accepted.id);
  const update = { parent, parentId: accepted.id, rejected: [] };
  const tasks = simulationTasks(batch, state, parent, "parent", config.samplesPerItem);
  const answered = critiqueTasks(tasks, answers);
  const missing = tasks.length - answered.length;
  const calls = missing * callsPerAnswer(answers, config) + batch.length + 1;
  const criticised = answered.filter(({ repeat }) => repeat === 0);
  const goto = criticised.length > 0 ? sendAll("textual-loss", criticised) : "textual-gradient";
  return { goto, update, calls };
}

/** The lines stay. The next update sees what was tried, and critiques of the answers that got worse. */
export function nextFromRejected(
  state: AlignmentState,
  { reason }: PersonaCheckpoint,
  { showRejected }: AlignConfig,
): NextIteration {
  const { batch, answers, rejections } = state;
  if (!showRejected) return { goto: "textual-gradient", update: {}, calls: 1 };
  const best = candidateOf(state);
  const tried = [
    ...state.others.map((other) => ({ ...other, key: candidateOf(state, other)?.key ?? null })),
    { key: best?.key ?? null, lines: best?.lines ?? null, reason },
  ];
  const update = {
    rejected: [
      ...state.rejected,
      ...tried.map((each) => ({
        key: each.key,
        lines: each.lines,
        reason: each.reason,
        rejections,
      })),
    ],
  };
  if (best === null) return { goto: "textual-gradient", update, calls: 1 };
  const lost = batch.filter((item) =>
    comparedItems(state, [item], best).some(
      (scores) => (mean(scores.candidate) ?? 0) < (mean(scores.parent) ?? 0),
    ),
  );
  const tasks = critiqueTasks(simulationTasks(lost, state, best, "candidate", 1), answers);
  if (tasks.length === 0) return { goto: "textual-gradient", update, calls: 1 };
  const criticised = tasks.slice(0, maxLostAnswers);
  return { goto: sendAll("textual-loss", criticised), update, calls: criticised.length + 1 };
}
