import type { VerbOutput } from "../../contract/verbs.js";
import type { AlignContext } from "../../config/alignment-settings.js";
import { parseAlignConfig, parseRunConfig } from "../../config/parse-settings.js";
import { isDue, neverAligned } from "../../domain/alignment/alignment-status.js";
import { latestRun } from "../../domain/alignment/latest-run.js";
import { promisingCandidate } from "../../domain/alignment/promising.js";
import { versionOnTrial } from "../../domain/alignment/trial.js";
import { personaHead } from "../../domain/persona/persona-checkpoint.js";
import { parseUserId } from "../../domain/user-id.js";
import type { Memory } from "../../memory/memory.js";
import { hasEnoughAnswers } from "../../nodes/alignment/enough-answers.js";
import { spentOnDay } from "../../nodes/alignment/alignment-budget.js";
import type { UserJobs } from "./job-queue.js";
import { isAbandoned } from "./run-owner.js";

/** The status of a user's alignment. Plain JSON, the same as every door's. */
export type AlignmentOverview = VerbOutput<"status">;

/**
 * Reads the status of one user's alignment. No model call.
 *
 * @param alignAfter - New true answers after which an alignment is due, from 1; the setting's default unless given.
 * @param settings - Of the alignment, as `PersonaAgent.status`.
 * @throws {PersonaAgentError} `config-user-invalid`, `config-invalid`, `memory-store-unavailable`.
 */
export async function readAlignmentOverview(
  userId: string,
  {
    memory,
    jobs,
    now,
  }: {
    readonly memory: Memory;
    /** What gives the user's dead jobs. */
    readonly jobs?: Pick<UserJobs, "dead"> | undefined;
    readonly now: () => Date;
  },
  alignAfter?: number,
  settings: Omit<AlignContext, "userId"> = {},
): Promise<AlignmentOverview> {
  const user = parseUserId(userId);
  const config = parseRunConfig({ context: alignAfter === undefined ? {} : { alignAfter } });
  const [state, checkpoints, reflection, withdrawals] = await Promise.all([
    memory.alignments.get(user),
    memory.personas.history(user),
    memory.reflections.get(user),
    memory.episodes.withdrawals(user),
  ]);
  const newAnswers = await memory.episodes.countAnswered(user, state.seenAt);
  const status = isAbandoned(state, now()) ? "cut-off" : state.status;
  const last = latestRun(checkpoints);
  const head = personaHead(checkpoints);
  return {
    user,
    status,
    at: state.at === neverAligned.at ? null : state.at,
    newAnswers,
    due:
      isDue(status, newAnswers, config.alignAfter) &&
      (status === "cut-off" ||
        (await hasEnoughAnswers(user, parseAlignConfig({ context: settings }), memory.episodes))),
    headVersion: head.version,
    onTrial: versionOnTrial(checkpoints) !== null,
    promising: promisingCandidate(checkpoints, head, { withdrawals }) !== null,
    error: state.error,
    lastOutcome: last && {
      id: last.checkpoint.id,
      version: last.accepted ? last.checkpoint.version : null,
      at: last.checkpoint.at,
      accepted: last.accepted,
      rolledBack: last.rolledBack,
      reason: last.checkpoint.reason,
    },
    deadJobs: ((await jobs?.dead(user)) ?? []).map(({ kind, at, error }) => ({ kind, at, error })),
    today: spentOnDay(now().toISOString(), checkpoints),
    reflection:
      reflection.lastTriedId === null ? null : { at: reflection.at, error: reflection.error },
  };
}
