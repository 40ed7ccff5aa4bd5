import { parseRunConfig } from "../../config/parse-settings.js";
import {
  type AlignmentRunStatus,
  type AlignmentStatus,
  isDue,
  neverAligned,
} from "../../domain/alignment/alignment-status.js";
import { latestRun } from "../../domain/alignment/latest-run.js";
import { type PersonaCheckpoint, personaHead } from "../../domain/persona/persona-checkpoint.js";
import type { Usage } from "../../domain/usage.js";
import { parseUserId } from "../../domain/user-id.js";
import type { Memory } from "../../memory/memory.js";
import { spentOn } from "../../nodes/alignment/alignment-budget.js";
import { isAbandoned } from "./run-owner.js";

/** How a user's alignment stands. Plain JSON. */
export interface AlignmentOverview {
  readonly user: string;
  /**
   * `running`: somebody works on it. `cut-off`: nobody does any more, and the next run goes on there. `review`: a new
   * persona waits for a person. `failed`: `error` says why, with the code `stopped` where somebody stopped it; the next
   * call of `align` under the same settings goes on there.
   */
  readonly status: AlignmentRunStatus;
  /** Since when, ISO 8601; `null` for a user whom nobody has aligned yet. */
  readonly at: string | null;
  /** True answers among the latest 256 interactions that no alignment has seen. */
  readonly newAnswers: number;
  /** Whether an alignment is to be run: enough new answers, or a run that was cut off. Never while one runs or waits. */
  readonly due: boolean;
  readonly headVersion: number;
  readonly error: AlignmentStatus["error"];
  /**
   * Of the latest run that left a checkpoint, as a whole: of the last version that it took, or of its last checkpoint
   * where it took none; `null` where there is no such run.
   */
  readonly lastOutcome: {
    readonly version: number;
    readonly at: string;
    readonly accepted: boolean;
    /** Whether an earlier version was restored since, in place of what it took. */
    readonly rolledBack: boolean;
    readonly reason: string;
  } | null;
  /** What the checkpoints of this UTC day have cost. */
  readonly today: Usage;
}

export interface AlignmentOverviewDeps {
  readonly memory: {
    readonly episodes: Pick<Memory["episodes"], "countAnswered">;
    readonly personas: Pick<Memory["personas"], "history">;
    readonly alignments: Pick<Memory["alignments"], "get">;
  };
  readonly now: () => Date;
}

/**
 * Reads how one user's alignment stands. No model call.
 *
 * @param alignAfter - New true answers after which an alignment is due, from 1; the setting's default unless given.
 * @throws {PersonaAgentError} `config-user-invalid`, `config-invalid`, `memory-store-unavailable`.
 */
export async function readAlignmentOverview(
  userId: string,
  { memory, now }: AlignmentOverviewDeps,
  alignAfter?: number,
): Promise<AlignmentOverview> {
  const user = parseUserId(userId);
  const given = alignAfter === undefined ? {} : { alignAfter };
  const config = parseRunConfig({ context: given });
  const [state, checkpoints] = await Promise.all([
    memory.alignments.get(user),
    memory.personas.history(user),
  ]);
  const newAnswers = await memory.episodes.countAnswered(user, state.seenAt);
  const isLeft = isAbandoned(state, now());
  const status = isLeft ? "cut-off" : state.status;
  return {
    user,
    status,
    at: state.at === neverAligned.at ? null : state.at,
    newAnswers,
    due: isDue(status, newAnswers, config.alignAfter),
    headVersion: personaHead(checkpoints).version,
    error: state.error,
    lastOutcome: lastOutcome(checkpoints),
    today: spentOn(now().toISOString().slice(0, 10), checkpoints),
  };
}

function lastOutcome(checkpoints: readonly PersonaCheckpoint[]): AlignmentOverview["lastOutcome"] {
  const last = latestRun(checkpoints);
  if (last === null) return null;
  const { checkpoint, accepted, rolledBack } = last;
  const { version, at, reason } = checkpoint;
  return { version, at, accepted, rolledBack, reason };
}
