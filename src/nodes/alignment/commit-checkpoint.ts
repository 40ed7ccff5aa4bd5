import { Command, END, type LangGraphRunnableConfig, Send } from "@langchain/langgraph";
import type { AlignConfig } from "../../config/alignment-settings.js";
import { parseAlignConfig } from "../../config/parse-settings.js";
import { type AlignmentRecord, meanScores } from "../../domain/alignment/alignment-record.js";
import {
  activeVersions,
  initialPersona,
  type PersonaCheckpoint,
} from "../../domain/persona/persona-checkpoint.js";
import { mean } from "../../domain/scoring/mean.js";
import { answerOf, itemScores } from "../../domain/alignment/simulated-answer.js";
import { parseUserId } from "../../domain/user-id.js";
import type { Memory } from "../../memory/memory.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import type {
  AlignmentState,
  AlignmentUpdate,
  CritiqueTask,
  Iteration,
  PersonaUnderTest,
} from "../../state/alignment-state.js";
import { budgetOf, callsPerAnswer } from "./alignment-budget.js";
import { parentOf } from "./state-selectors.js";
import { simulationTasks } from "./simulation-tasks.js";

export interface CommitCheckpointDeps {
  readonly personas: Pick<Memory["personas"], "head" | "history" | "append">;
  readonly now: () => Date;
}

/** Most answers of a rejected candidate that are criticised for the next update. */
const mostLostAnswers = 4;

type Proposal = NonNullable<AlignmentState["proposal"]>;

/**
 * Appends the checkpoint, active or rejected, and begins the next iteration: from the new persona, or from the old one with
 * what was wrong with the candidate. Writes once however often it is run: a checkpoint of this iteration that stands
 * already is taken for it.
 */
export function createCommitCheckpoint({ personas, now }: CommitCheckpointDeps) {
  return async function commitCheckpoint(
    state: AlignmentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<Command<unknown, AlignmentUpdate>> {
    const config = parseAlignConfig(runtime);
    const userId = parseUserId(config.userId);
    const { proposal } = state;
    if (proposal === null) throw new TypeError("There is no proposal to write.");
    const written =
      (await alreadyWritten(userId, state)) ?? (await append(userId, state, proposal));
    const { isTaken, head } = await standing(userId, written);
    // Whoever changed it meanwhile (a person, a rollback, another run): what follows would improve a persona not in use.
    const isOutdated = head.id !== (isTaken ? written.id : state.parentId);
    runtime.writer?.({
      kind: "checkpoint-written",
      version: written.version,
      status: isTaken ? "active" : "rejected",
    } satisfies AlignmentEvent);
    const isSuperseded = written.status === "active" && !isTaken;
    const reason = isSuperseded ? notTaken(head, written.reason) : written.reason;
    const iterations = [...state.iterations, iterationOf(written, isTaken, reason)];
    const stop = state.outcome?.stop ?? null;
    const onBudget = { iterations, degraded: [...state.degraded, "budget-spent"] };
    if (stop === "budget") return new Command({ goto: END, update: onBudget });
    if (state.iteration >= config.iterations || isOutdated || stop === "kept")
      return new Command({ goto: END, update: { iterations } });
    const next = isTaken ? fromTaken(state, written, config) : fromRejected(state, written, config);
    const left = budgetOf(state, config, now());
    if (left.spent !== null || left.calls < callsOf(next, state, config))
      return new Command({ goto: END, update: onBudget });
    return new Command({
      goto: next.goto,
      update: {
        ...next.update,
        iterations,
        iteration: state.iteration + 1,
        iterationStart: { at: now().toISOString(), usage: state.usage },
      },
    });
  };

  async function alreadyWritten(userId: string, { runId, iteration }: AlignmentState) {
    const checkpoints = await personas.history(userId);
    return checkpoints.find(
      ({ alignment }) => alignment?.runId === runId && alignment.iteration === iteration,
    );
  }

  /** An active checkpoint is only in use where no other writer was first. */
  async function standing(userId: string, { id }: PersonaCheckpoint) {
    const versions = activeVersions(await personas.history(userId));
    return {
      isTaken: versions.some((version) => version.id === id),
      head: versions.at(-1) ?? initialPersona,
    };
  }

  async function append(userId: string, state: AlignmentState, proposal: Proposal) {
    const head = await personas.head(userId);
    const parent = { id: state.parentId, version: parentOf(state).version };
    if (head.id === parent.id || proposal.status === "rejected")
      return personas.append(userId, { ...proposal, parent });
    const reason = notTaken(head, proposal.reason);
    return personas.append(userId, { ...proposal, parent, status: "rejected", reason });
  }
}

function notTaken({ version }: PersonaCheckpoint, reason: string): string {
  return `Not taken: the persona was changed meanwhile, to version ${version}. ${reason}`;
}

type Next = {
  readonly goto: "textual-gradient" | Send[];
  readonly update: AlignmentUpdate;
};

/** Model calls until there is a next candidate: the answers that lack, a critique of each item, and one update. */
function callsOf({ goto }: Next, { answers, batch }: AlignmentState, config: AlignConfig): number {
  if (goto === "textual-gradient") return 1;
  const isAnswered = goto.every(({ node }) => node === "textual-loss");
  if (isAnswered) return goto.length + 1;
  return goto.length * callsPerAnswer(answers, config) + batch.length + 1;
}

/** The candidate is the parent now: what it answered is criticised, and asked for where it was not. */
function fromTaken(state: AlignmentState, written: PersonaCheckpoint, config: AlignConfig): Next {
  const { candidate, batch } = state;
  const parent: PersonaUnderTest = {
    // After an edit in review nobody has answered under these lines.
    key: candidate !== null && written.author === "alignment" ? candidate.key : written.id,
    version: written.version,
    lines: written.lines,
    paperSystemPrompt: written.paperSystemPrompt,
  };
  const tasks = simulationTasks(batch, state, parent, "parent", config.samplesPerItem);
  const answered = tasks.flatMap((task) => {
    const { persona, item, repeat } = task;
    const answer = answerOf(state.answers, {
      persona: persona.key,
      episodeId: item.episodeId,
      repeat,
    });
    return answer === undefined ? [] : [{ ...task, answer } satisfies CritiqueTask];
  });
  const sends: Send[] =
    answered.length < tasks.length
      ? tasks.map((task) => new Send("simulate", task))
      : answered.filter(({ repeat }) => repeat === 0).map((task) => new Send("textual-loss", task));
  return { goto: sends, update: { parent, parentId: written.id, rejected: [] } };
}

/** The lines stay; the next update is shown what was tried, and what was wrong with the answers that it lost. */
function fromRejected(
  state: AlignmentState,
  written: PersonaCheckpoint,
  config: AlignConfig,
): Next {
  const { candidate, batch, rejected } = state;
  if (!config.showRejected) return { goto: "textual-gradient", update: {} };
  const update = {
    rejected: [
      ...rejected,
      {
        key: candidate?.key ?? null,
        lines: candidate?.lines ?? null,
        rejections: state.rejections,
        reason: written.reason,
      },
    ],
  };
  if (candidate === null) return { goto: "textual-gradient", update };
  const tasks = simulationTasks(batch, state, candidate, "candidate", 1);
  const lost = tasks.flatMap((task): Send[] => {
    const { episodeId } = task.item;
    const answer = answerOf(state.answers, { persona: candidate.key, episodeId });
    const score = mean(itemScores(state.answers, candidate.key, episodeId));
    const before = mean(itemScores(state.answers, parentOf(state).key, episodeId));
    const isLost = score !== null && before !== null && score < before;
    return isLost && answer !== undefined
      ? [new Send("textual-loss", { ...task, answer } satisfies CritiqueTask)]
      : [];
  });
  return { goto: lost.length > 0 ? lost.slice(0, mostLostAnswers) : "textual-gradient", update };
}

function iterationOf(
  { alignment, version }: PersonaCheckpoint,
  accepted: boolean,
  reason: string,
): Iteration {
  const none: AlignmentRecord["scores"] = { batch: [], holdout: [] };
  const { batch, holdout } = alignment?.scores ?? none;
  const [onBatch, onHoldout] = [meanScores(batch), meanScores(holdout)];
  return {
    parentScore: onBatch.parent,
    candidateScore: onBatch.candidate,
    holdoutParent: onHoldout.parent,
    holdoutCandidate: onHoldout.candidate,
    accepted,
    reason,
    version,
  };
}
