import {
  activeVersions,
  personaHead,
  type PersonaCheckpoint,
} from "../../domain/persona/persona-checkpoint.js";
import { findRestorable, saysTheSame, versionName } from "../../domain/persona/version-history.js";
import type { PersonaLog } from "./persona-log.js";

export interface RestorePersonaOptions {
  readonly personas: Pick<PersonaLog, "history" | "append">;
  readonly now: () => Date;
  /** `person` unless given. */
  readonly author?: PersonaCheckpoint["author"];
  /** The reason in the log; `Restored version 2.` and its like unless given. */
  readonly reason?: string;
}

export interface RestoredPersona {
  /** The checkpoint that has the restored content now. */
  readonly head: PersonaCheckpoint;
  /** The version that was restored; of a superseded one, the number that it shares with another. */
  readonly restored: number;
  /** The same in words, as `version 2` or `the superseded checkpoint 1q5r…`. */
  readonly name: string;
  /** False when the head had the same content already; then nothing was appended. */
  readonly changed: boolean;
}

/**
 * Makes an earlier version of a user's persona the head again. Nothing is deleted: a checkpoint with that version's
 * lines and paper text is appended, so every earlier version stays in the log and can be restored too.
 *
 * @param to - The number of a version that is or was in use, or the id of any checkpoint that was not rejected.
 * @throws {PersonaAgentError} `config-version-unknown`; `config-user-invalid`; store errors as `PersonaLog`.
 */
export async function restorePersona(
  userId: string,
  to: number | string,
  options: RestorePersonaOptions,
): Promise<RestoredPersona> {
  const { personas, now, author = "person", reason } = options;
  const history = await personas.history(userId);
  const target = findRestorable(userId, history, to);
  const { id, version: restored, lines, paperSystemPrompt } = target;
  const name = versionName(target, history);
  const head = personaHead(history);
  if (saysTheSame(target, head)) return { head, restored, name, changed: false };
  const appended = await personas.append(userId, {
    at: now().toISOString(),
    author,
    status: "active",
    lines,
    paperSystemPrompt,
    reason: reason ?? `Restored ${name}.`,
    parent: head,
  });
  const inUse = activeVersions(await personas.history(userId));
  if (inUse.some((each) => each.id === appended.id))
    return { head: appended, restored, name, changed: true };
  // Another writer was first, so the appended checkpoint is superseded. Restore again on top of that writer's.
  return restorePersona(userId, id, options);
}
