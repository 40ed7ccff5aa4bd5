import type { AlignContext } from "../../config/alignment-settings.js";
import { parseAlignConfig, parseRunConfig } from "../../config/parse-settings.js";
import {
  type AlignmentRunStatus,
  type AlignmentStatus,
  isDue,
  neverAligned,
} from "../../domain/alignment/alignment-status.js";
import { latestRun } from "../../domain/alignment/latest-run.js";
import { versionOnTrial } from "../../domain/alignment/trial.js";
import { personaHead } from "../../domain/persona/persona-checkpoint.js";
import type { ReflectionStatus } from "../../domain/reflection-status.js";
import type { Usage } from "../../domain/usage.js";
import { parseUserId } from "../../domain/user-id.js";
import type { Memory } from "../../memory/memory.js";
import { hasEnoughAnswers } from "../../nodes/alignment/enough-answers.js";
import { spentOnDay } from "../../nodes/alignment/alignment-budget.js";
import { isAbandoned } from "./run-owner.js";

/** The status of a user's alignment. Plain JSON. */
export interface AlignmentOverview {
  readonly user: string;
  /**
   * `running`: a process works on it. `cut-off`: the process has ended, or an interaction was deleted; the next run
   * continues it, or begins anew. `review`: a new persona waits for a person. `failed`: `error` says why, with the code `stopped` if it was stopped; the next call of
   * `align` under the same settings continues it.
   */
  readonly status: AlignmentRunStatus;
  /** Since when, ISO 8601; `null` before the first alignment. */
  readonly at: string | null;
  /** True answers among the latest 256 interactions that no alignment has seen. */
  readonly newAnswers: number;
  /** Whether an alignment is due: enough new answers, or an interrupted run. Never while one runs or waits. */
  readonly due: boolean;
  readonly headVersion: number;
  /** Whether that version is on trial: the next alignment tries it on later answers. */
  readonly onTrial: boolean;
  readonly error: AlignmentStatus["error"];
  /**
   * The outcome of the latest run with a checkpoint: its last accepted version, or its last checkpoint if it accepted
   * none; `null` if there is no such run.
   */
  readonly lastOutcome: {
    /** Of the checkpoint, as the log has it. */
    readonly id: string;
    /** Where nothing was accepted, the number that it would have had; the log shows none. */
    readonly version: number;
    readonly at: string;
    readonly accepted: boolean;
    /** Whether an earlier version was restored after it. */
    readonly rolledBack: boolean;
    readonly reason: string;
  } | null;
  /** The cost of this UTC day's checkpoints. */
  readonly today: Usage;
  /** The latest reflection: since when, ISO 8601, and why it failed; `null` before the first. */
  readonly reflection: Pick<ReflectionStatus, "at" | "error"> | null;
}

/**
 * Reads the status of one user's alignment. No model call.
 *
 * @param alignAfter - New true answers after which an alignment is due, from 1; the setting's default unless given.
 * @param settings - Of the alignment, as `PersonaAgent.status`.
 * @throws {PersonaAgentError} `config-user-invalid`, `config-invalid`, `memory-store-unavailable`.
 */
export async function readAlignmentOverview(
  userId: string,
  { memory, now }: { readonly memory: Memory; readonly now: () => Date },
  alignAfter?: number,
  settings: Omit<AlignContext, "userId"> = {},
): Promise<AlignmentOverview> {
  const user = parseUserId(userId);
  const config = parseRunConfig({ context: alignAfter === undefined ? {} : { alignAfter } });
  const [state, checkpoints, reflection] = await Promise.all([
    memory.alignments.get(user),
    memory.personas.history(user),
    memory.reflections.get(user),
  ]);
  const newAnswers = await memory.episodes.countAnswered(user, state.seenAt);
  const status = isAbandoned(state, now()) ? "cut-off" : state.status;
  const last = latestRun(checkpoints);
  return {
    user,
    status,
    at: state.at === neverAligned.at ? null : state.at,
    newAnswers,
    due:
      isDue(status, newAnswers, config.alignAfter) &&
      (status === "cut-off" ||
        (await hasEnoughAnswers(user, parseAlignConfig({ context: settings }), memory.episodes))),
    headVersion: personaHead(checkpoints).version,
    onTrial: versionOnTrial(checkpoints) !== null,
    error: state.error,
    lastOutcome: last && {
      id: last.checkpoint.id,
      version: last.checkpoint.version,
      at: last.checkpoint.at,
      accepted: last.accepted,
      rolledBack: last.rolledBack,
      reason: last.checkpoint.reason,
    },
    today: spentOnDay(now().toISOString(), checkpoints),
    reflection:
      reflection.lastTriedId === null ? null : { at: reflection.at, error: reflection.error },
  };
}
