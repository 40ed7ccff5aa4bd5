import { Command, END, type LangGraphRunnableConfig, Overwrite } from "@langchain/langgraph";
import { parseAlignConfig } from "../../config/parse-settings.js";
import {
  activeVersions,
  initialPersona,
  type PersonaCheckpoint,
  personaHead,
} from "../../domain/persona/persona-checkpoint.js";
import { isOutdated, withoutWords } from "../../domain/forgetting/outdated-run.js";
import { parseUserId } from "../../domain/user-id.js";
import type { Memory } from "../../memory/memory.js";
import type { AlignmentEvent } from "../../state/alignment-event.js";
import type { AlignmentRewrite, AlignmentState, Proposal } from "../../state/alignment-state.js";
import { budgetOf } from "./alignment-budget.js";
import { nextFromAccepted, nextFromRejected } from "./next-iteration.js";
import { iterationOf, parentOf } from "./state-selectors.js";

export interface CommitCheckpointDeps {
  readonly episodes: Pick<Memory["episodes"], "withdrawals">;
  readonly personas: Pick<Memory["personas"], "history" | "append">;
  readonly acceptance: Pick<Memory["acceptance"], "add">;
  readonly now: () => Date;
}

/**
 * Appends the checkpoints, of which at most the last is active, and begins the next iteration: from the new persona, or from the old one
 * with what was wrong with the candidate. Run again, it finds the checkpoint of this iteration and writes nothing.
 * Nothing that a run wrote is taken from one that read what was deleted or corrected since; the run ends.
 */
export function createCommitCheckpoint({
  episodes,
  personas,
  acceptance,
  now,
}: CommitCheckpointDeps) {
  return async function commitCheckpoint(
    state: AlignmentState,
    runtime: LangGraphRunnableConfig,
  ): Promise<Command<unknown, AlignmentRewrite>> {
    const config = parseAlignConfig(runtime);
    const userId = parseUserId(config.userId);
    const isVoid = isOutdated(state, await episodes.withdrawals(userId));
    const { proposal, others } = state;
    if (proposal === null) throw new TypeError("There is no proposal to write.");
    // The best one last: it stands for the iteration.
    for (const other of others) await writeOnce(userId, other, state, isVoid);
    const written = await writeOnce(userId, proposal, state, isVoid);
    if (!isVoid) for (const each of [...others, proposal]) await count(each, state);
    // An active checkpoint is in use only if no other writer was first.
    const versions = activeVersions(await personas.history(userId));
    const isTaken = versions.some(({ id }) => id === written.id);
    const head = versions.at(-1) ?? initialPersona;
    runtime.writer?.({
      kind: "checkpoint-written",
      version: isTaken ? written.version : null,
      status: isTaken ? "active" : "rejected",
    } satisfies AlignmentEvent);
    const isSuperseded = written.status === "active" && !isTaken;
    const reason = isSuperseded ? notTaken(head, written.reason) : written.reason;
    const isAccepted = isTaken && written.author !== "rollback";
    const iterations = [...state.iterations, iterationOf(reason, written, isAccepted)];
    const end = new Command({ goto: END, update: { iterations } });
    const degraded = [...state.degraded, "budget-spent"];
    const budgetEnd = new Command({ goto: END, update: { iterations, degraded } });
    const stop = state.outcome?.stop;
    if (stop === "budget") return budgetEnd;
    // A person, a rollback or another run changed the persona: the next update would improve one that is not in use.
    const isElsewhere = head.id !== (isTaken ? written.id : state.parentId);
    if (stop === "kept" || isVoid || isElsewhere || state.iteration >= config.iterations)
      return end;
    const next = (isTaken ? nextFromAccepted : nextFromRejected)(state, written, config);
    const left = budgetOf(state, config, now());
    if (left.spent !== null || left.calls < next.calls) return budgetEnd;
    return new Command({
      goto: next.goto,
      update: {
        ...next.update,
        iterations,
        iteration: state.iteration + 1,
        // The next iteration asks again for what failed.
        failures: new Overwrite(state.failures.map((each) => ({ ...each, attempt: null }))),
        iterationStart: { at: now().toISOString(), usage: state.usage },
      },
    });
  };

  /** What judging it showed is part of what candidates are expected to be worth. */
  async function count(
    { status, alignment }: Proposal,
    { promising }: Pick<AlignmentState, "promising">,
  ) {
    if (alignment === null) return;
    const { decision, runId, iteration, candidate } = alignment;
    if (!decision || !("counts" in decision) || decision.counts.items === 0) return;
    // One that is tried again is still one candidate.
    const again = alignment.earlier === undefined ? null : promising;
    const name = again?.name ?? { runId, iteration, candidate };
    await acceptance.add({ ...decision.counts, accepted: status === "active" }, name);
  }

  async function writeOnce(
    userId: string,
    proposal: Proposal,
    state: AlignmentState,
    isVoid: boolean,
  ): Promise<PersonaCheckpoint> {
    const { parentId } = state;
    const checkpoints = await personas.history(userId);
    const written = checkpoints.find(
      ({ alignment }) =>
        alignment?.runId === proposal.alignment?.runId &&
        alignment?.iteration === proposal.alignment?.iteration &&
        alignment?.candidate === proposal.alignment?.candidate,
    );
    if (written !== undefined) return written;
    const head = personaHead(checkpoints);
    const parent = { id: parentId, version: parentOf(state).version };
    if (isVoid) {
      const content = checkpoints.find(({ id }) => id === parentId) ?? initialPersona;
      return personas.append(userId, { ...withoutWords(proposal, content), parent });
    }
    if (head.id === parentId || proposal.status === "rejected")
      return personas.append(userId, { ...proposal, parent });
    const reason = notTaken(head, proposal.reason);
    return personas.append(userId, { ...proposal, parent, status: "rejected", reason });
  }
}

function notTaken({ version }: PersonaCheckpoint, reason: string): string {
  return `Not taken: the persona was changed meanwhile, to version ${version}. ${reason}`;
}
